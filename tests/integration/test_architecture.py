"""The rules of the house that imports can break."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

COMPONENT = Path(__file__).parents[2] / "custom_components" / "pbx"
SIMULATOR = Path(__file__).parents[1] / "simulator"
PLATFORMS = (
    "binary_sensor",
    "button",
    "event",
    "forwarding_sensor",
    "last_call_sensor",
    "pbx_sensor",
    "select",
    "sensor",
    "switch",
)
# What platforms build on, and all else that entities and actions share.
BELOW_PLATFORMS = (
    "call_data",
    "connection",
    "const",
    "contacts",
    "coordinator",
    "devices",
    "doubt",
    "entity",
    "forbidden",
    "issues",
    "listener",
    "listeners",
    "lock_out",
    "names",
    "own_entities",
    "policy",
    "proof",
    "publisher",
    "push",
    "request",
    "sessions",
    "settings",
    "settings_order",
    "settings_schedule",
    "settling",
    "snapshot_check",
    "supervision",
    "supervision_log",
    "targets",
    "waiting",
)
# What Home Assistant asks for by name, and the actions.
BESIDE_PLATFORMS = (
    "__init__",
    "action",
    "call_actions",
    "call_lists",
    "call_targets",
    "certificate",
    "condition",
    "config_flow",
    "diagnostics",
    "forwarding_action",
    "llm",
    "logbook",
    "message_actions",
    "monitoring_actions",
    "options_flow",
    "repairs",
    "services",
    "system_health",
    "trigger",
)
MOST_LINES = 300


def imports(file: Path, root: Path, package: str) -> Iterator[str]:
    """Yield the absolute names of what a file imports."""
    parts = [package, *file.relative_to(root).parts[:-1]]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])])


def component_imports(file: Path) -> list[str]:
    """Return what a file of the component imports."""
    return list(imports(file, COMPONENT, "pbx"))


@pytest.mark.parametrize(
    "file", sorted((COMPONENT / "client").rglob("*.py")), ids=lambda file: file.stem
)
def test_client_knows_nothing_of_home_assistant(file: Path) -> None:
    """The client could be published as it stands."""
    for name in component_imports(file):
        top = name.split(".")[0]
        assert top != "homeassistant"
        if top == "pbx":
            assert name.startswith("pbx.client")


@pytest.mark.parametrize(
    "file", sorted((COMPONENT / "client").glob("*.py")), ids=lambda file: file.stem
)
def test_no_wire_format_outside_its_folder(file: Path) -> None:
    """What all PBXs share does not know any of them."""
    assert not any("yeastar" in name for name in component_imports(file))


@pytest.mark.parametrize("name", PLATFORMS)
def test_platforms_only_look_at_the_switchboard(name: str) -> None:
    """Platforms import the coordinator, never a PBX."""
    for imported in component_imports(COMPONENT / f"{name}.py"):
        assert not imported.startswith(("pbx.client.pbx", "pbx.client.yeastar"))
        assert imported not in ("pbx.connection", "pbx.config_flow", "pbx.services")


@pytest.mark.parametrize("name", BELOW_PLATFORMS)
def test_imports_go_one_way(name: str) -> None:
    """Nothing that platforms build on imports a platform."""
    found = component_imports(COMPONENT / f"{name}.py")
    assert not {f"pbx.{platform}" for platform in PLATFORMS} & set(found)
    assert "pbx.services" not in found


@pytest.mark.parametrize(
    "file", sorted(SIMULATOR.rglob("*.py")), ids=lambda file: file.stem
)
def test_simulator_shares_nothing_with_the_client(file: Path) -> None:
    """What both got wrong, nobody would find."""
    for name in imports(file, SIMULATOR, "tests.simulator"):
        assert not name.startswith(("custom_components", "homeassistant"))


def test_each_file_has_its_place() -> None:
    """Whoever adds one says what it builds on."""
    found = {file.stem for file in COMPONENT.glob("*.py")}
    places = (*PLATFORMS, *BELOW_PLATFORMS, *BESIDE_PLATFORMS)
    assert len(places) == len(set(places))
    assert found == set(places)


@pytest.mark.parametrize(
    "file", sorted(COMPONENT.glob("*.py")), ids=lambda file: file.stem
)
def test_each_file_has_one_concern(file: Path) -> None:
    """One that is longer is asking to be cut."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
