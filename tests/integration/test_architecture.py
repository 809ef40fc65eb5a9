"""The invariants of the house (CONTRIBUTING, "How the code is cut"), read from its imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "custom_components" / "pbx"
TESTS = ROOT / "tests"

# From the ground up: a module imports from its own floor and from those before it.
FLOORS = (
    ("const",),
    ("client",),
    ("hub",),
    ("supervision", "extension_settings"),
    ("runtime",),
    ("entity", "actions", "panel"),
    (
        "binary_sensor",
        "button",
        "event",
        "select",
        "sensor",
        "switch",
        "services",
        "flows",
        "frontend",
    ),
    (
        "condition",
        "config_flow",
        "diagnostics",
        "llm",
        "logbook",
        "repairs",
        "system_health",
        "trigger",
    ),
    ("__init__",),
)
# Rooms on one floor that do not see each other.
STRANGERS = ({"supervision", "extension_settings"}, {"entity", "actions", "panel"})
# The same inside of the client.
CLIENT_FLOORS = (
    ("model", "errors"),
    ("report", "snapshot", "extension_settings", "dial_string", "texts"),
    ("calls",),
    ("pbx",),
    ("tls",),
    ("board",),
    ("yeastar", "asterisk"),
    ("__init__",),
)
FAMILIES = ("yeastar", "asterisk")
# What stands beside the files that Home Assistant asks for by name.
OWN_AT_THE_TOP = {"const", "entity", "runtime", "services"}
HOME_ASSISTANT_KNOWS = {
    "__init__",
    "binary_sensor",
    "button",
    "condition",
    "config_flow",
    "diagnostics",
    "event",
    "llm",
    "logbook",
    "repairs",
    "select",
    "sensor",
    "switch",
    "system_health",
    "trigger",
}
PACKAGES = {
    "actions",
    "client",
    "extension_settings",
    "flows",
    "frontend",
    "hub",
    "panel",
    "sensor",
    "supervision",
}


class Module:
    """One module of the component, and what it imports of the component."""

    def __init__(self, file: Path) -> None:
        """Read a file."""
        self.file = file
        parts = file.relative_to(COMPONENT).with_suffix("").parts
        self.package = parts[:-1]
        self.is_package = parts[-1] == "__init__"
        self.name = self.package if self.is_package and self.package else parts
        self.tree = ast.parse(file.read_text(encoding="utf-8"))

    @property
    def id(self) -> str:
        """The dotted name below the component."""
        return ".".join(self.name)

    def imported(self, *, component: bool = True) -> Iterator[tuple[str, ...]]:
        """Yield the dotted names that are imported, those for type checking included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import) and not component:
                yield from (tuple(alias.name.split(".")) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                if bool(node.level) is not component:
                    continue
                base = self.package[: len(self.package) - node.level + 1]
                module = tuple((node.module or "").split(".")) if node.module else ()
                target = (*base, *module) if component else module
                for alias in node.names:
                    yield (*target, alias.name) if component else target


@cache
def modules() -> dict[tuple[str, ...], Module]:
    """Return all modules of the component by name."""
    found = (Module(file) for file in sorted(COMPONENT.rglob("*.py")))
    return {module.name: module for module in found}


def targets(module: Module) -> set[tuple[str, ...]]:
    """Return the modules of the component that one imports."""
    known = modules()
    found = set()
    for name in module.imported():
        wanted = name
        while wanted and wanted not in known:
            wanted = wanted[:-1]
        found.add(wanted or ("__init__",))
    return found - {module.name}


def floor(name: tuple[str, ...], floors: tuple[tuple[str, ...], ...]) -> int:
    """Return the number of the floor that a module stands on."""
    return next(
        number
        for number, rooms in enumerate(floors)
        if (name or ("__init__",))[0] in rooms
    )


MODULES = pytest.mark.parametrize("module", modules().values(), ids=lambda one: one.id)
CLIENT = pytest.mark.parametrize(
    "module",
    [one for one in modules().values() if one.name[0] == "client"],
    ids=lambda one: one.id,
)


@MODULES
def test_imports_go_down(module: Module) -> None:
    """No module imports from a floor above its own, not even for type checking."""
    own = floor(module.name, FLOORS)
    for target in targets(module):
        assert floor(target, FLOORS) <= own, target
        for rooms in STRANGERS:
            if module.name[0] in rooms and target[0] in rooms:
                assert module.name[0] == target[0], target


@CLIENT
def test_imports_go_down_in_the_client(module: Module) -> None:
    """The same holds inside of the client; it imports nothing but itself and aiohttp."""
    own = floor(module.name[1:], CLIENT_FLOORS)
    for target in targets(module):
        assert target[0] == "client", target
        assert floor(target[1:], CLIENT_FLOORS) <= own, target
        if module.name[1:2] and module.name[1] in FAMILIES:
            # A family imports no other one.
            assert target[1:2] == module.name[1:2] or target[1] not in FAMILIES
    for name in module.imported(component=False):
        assert name[0] not in ("homeassistant", "voluptuous"), name


def test_families_do_not_see_each_other() -> None:
    """S-Series and P-Series share what lies beside them, and nothing else."""
    for module in modules().values():
        if module.name[:2] != ("client", "yeastar") or len(module.name) < 3:
            continue
        rooms = {target[2] for target in targets(module) if len(target) > 2}
        others = {"s", "p"} - {module.name[2]}
        assert module.name[2] not in ("s", "p") or not rooms & others, module.id


def test_no_circles() -> None:
    """No module needs itself to be imported."""
    graph = {name: targets(module) for name, module in modules().items()}
    done: set[tuple[str, ...]] = set()

    def visit(name: tuple[str, ...], path: tuple[tuple[str, ...], ...]) -> None:
        assert name not in path, " -> ".join(map(".".join, (*path, name)))
        if name not in done:
            for target in graph[name]:
                visit(target, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_one_door_to_the_families() -> None:
    """Only `hub/families.py` imports a family."""
    doors = {
        module.id
        for module in modules().values()
        if module.name[0] != "client"
        for target in targets(module)
        if target[0] == "client" and target[1:2] and target[1] in FAMILIES
    }
    assert doors == {"hub.families"}


def test_no_imports_for_type_checking_across_packages() -> None:
    """What is imported for type checking alone hides which room needs which."""
    for module in modules().values():
        for node in ast.walk(module.tree):
            if (
                isinstance(node, ast.If)
                and getattr(node.test, "id", "") == "TYPE_CHECKING"
            ):
                found = [
                    inner
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.ImportFrom) and inner.level > 1
                ]
                assert not found, module.id


def test_the_top_level_holds_what_home_assistant_knows() -> None:
    """And four files of ours that all platforms share."""
    files = {file.stem for file in COMPONENT.glob("*.py")}
    folders = {file.parent.name for file in COMPONENT.glob("*/__init__.py")}
    assert files <= HOME_ASSISTANT_KNOWS | OWN_AT_THE_TOP
    assert folders == PACKAGES


def test_events_are_made_in_one_place() -> None:
    """Only `client/calls/` makes events of calls."""
    makers = {
        module.name[:2]
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CallEvent"
    }
    assert makers == {("client", "calls")}


def shared_floors() -> list[Module]:
    """Return the modules of the client that all families share."""
    return [
        module
        for module in modules().values()
        if module.name[0] == "client"
        and (not module.name[1:2] or module.name[1] not in FAMILIES)
    ]


# Words of one wire, and of the documents that describe it.
WIRE_WORDS = ("yeastar", "s-series", "asterisk", "section", "reference", "webhook")


@pytest.mark.parametrize("module", shared_floors(), ids=lambda one: one.id)
def test_no_words_of_a_wire_on_shared_floors(module: Module) -> None:
    """What all families share knows none of them."""
    text = module.file.read_text(encoding="utf-8").lower()
    assert not [word for word in WIRE_WORDS if word in text]


def test_no_class_name_twice() -> None:
    """One name means one thing."""
    where: dict[str, list[str]] = {}
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                where.setdefault(node.name, []).append(module.id)
    assert not {name: found for name, found in where.items() if len(found) > 1}


# Where a translation key goes out as a value: a person reads it in diagnostics.
TELL_KEYS = {"diagnostics", "system_health"}


def test_no_decisions_by_the_text_of_an_error() -> None:
    """Errors carry what is decided by; their keys and causes are for people."""
    for module in modules().values():
        if module.id in TELL_KEYS:
            continue
        nodes = list(ast.walk(module.tree))
        caught = {node.name for node in nodes if isinstance(node, ast.ExceptHandler)}
        for node in nodes:
            if not isinstance(node, ast.Attribute):
                continue
            assert node.attr != "__cause__", module.id
            if getattr(node.value, "id", "") in {*caught, "err", "error"}:
                assert node.attr != "translation_key", module.id


def test_simulator_shares_nothing_with_the_client() -> None:
    """What both got wrong, nobody would find."""
    for folder in ("simulator", "demo/office"):
        for file in sorted((TESTS / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                assert not [
                    name
                    for name in names
                    if name.startswith(("custom_components", "homeassistant"))
                ], file
