"""translations/: each language has what en.json has, in the same shape."""

from collections.abc import Callable
import json
import re
from typing import Any, Final

from .repository import Problems, Repository
from .translations import faults, paths, texts

LANGUAGES: Final = ("de", "en", "es", "fr", "it", "nl", "pl", "pt-BR", "zh-Hans")
PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")
# How a sentence ends, and what a Chinese one ends with instead.
ENDS: Final = {".": (".", "\u3002"), "?": ("?", "\uff1f")}
# Pages, fields and words of the PBX's web interface, which may be in any language.
KEPT: Final = (
    "Settings > Asterisk Manager Users",
    "manager.conf",
    "Settings > PBX > General > API",
    "Settings > PBX > Extensions",
    "Settings > System > Security > IP Auto Defense > Blocked IP Address",
    "API-IP",
    "Allow Being Monitored",
    "Enable",
    "Extensive",
    "Monitor Mode",
    "Status Monitor",
)
# Texts that are the same in English, and in which languages they are.
SAME: Final = {
    "{name}": LANGUAGES,
    "Agents": ("fr",),
    "Alarm": ("de", "nl"),
    "Contacts": ("fr",),
    "Details": ("nl",),
    "Firmware": ("de", "es", "it", "nl", "pt-BR"),
    "Host": ("de", "es", "it", "nl", "pl", "pt-BR"),
    "IVR": ("de", "es", "it", "nl", "pl", "pt-BR", "zh-Hans"),
    "Limit": ("pl",),
    "Message": ("fr",),
    "Mode": ("fr",),
    "Monitoring": ("nl",),
    "Name": ("de",),
    "Offline": ("de", "nl", "pl", "pt-BR"),
    "PBX": LANGUAGES,
    "Port": ("de", "fr", "pl"),
    "Supervision": ("de", "fr"),
    "Supervisor": ("de", "es", "nl", "pt-BR"),
    "Supervisors": ("nl",),
    "Trunk": ("fr", "it", "nl"),
    "Trunk {name}": ("fr", "it", "nl"),
    "Trunks": ("fr", "nl"),
    "Type": ("fr", "nl"),
    "Voicemail": ("de", "nl"),
    "agents": ("fr",),
    "messages": ("fr",),
    "voicemail": ("nl",),
}
FAULTS: Final[tuple[tuple[Callable[[str, str], bool], str], ...]] = (
    (
        lambda english, text: _placeholders(english) != _placeholders(text),
        "has other placeholders than the English text",
    ),
    (
        lambda english, text: _end(english) != _end(text),
        "ends in another way than the English text",
    ),
    (
        lambda english, text: english.count("\n") != text.count("\n"),
        "has other paragraphs than the English text",
    ),
    (
        lambda english, text: english not in KEPT and not _kept(english) <= _kept(text),
        "translates what the web interface of the PBX says",
    ),
)


def check_languages(repository: Repository) -> Problems:
    """Check that all languages are there, and each of them complete."""
    folder = repository.component / "translations"
    found = {path.name for path in folder.glob("*")}
    wanted = {f"{language}.json" for language in LANGUAGES}
    for name in sorted(wanted - found):
        yield f"translations/{name} is missing"
    for name in sorted(found - wanted):
        yield f"translations/{name}: nobody looks after a language of that name"
    english = repository.translations()
    for name in sorted(wanted & found):
        content = repository.json(folder / name)
        written = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        if (folder / name).read_bytes() != written.encode():
            yield f"translations/{name} is not JSON with an indent of 2, in plain UTF-8"
        if name != "en.json":
            for problem in _check_language(
                english, content, name.removesuffix(".json")
            ):
                yield f"translations/{name}: {problem}"


def _check_language(
    english: dict[str, Any], content: dict[str, Any], language: str
) -> Problems:
    wanted, found = dict.fromkeys(paths(english)), dict.fromkeys(paths(content))
    for path in sorted(wanted.keys() - found.keys()):
        yield f"{'.'.join(path)} is not translated"
    for path in sorted(found.keys() - wanted.keys()):
        yield f"{'.'.join(path)} translates nothing"
    if wanted == found and list(wanted) != list(found):
        yield "the keys are in another order than in en.json"
    originals = dict(texts(english))
    for path, text in texts(content):
        yield from (f"{'.'.join(path)} {fault}" for fault in faults(text))
        original = originals.get(path)
        if isinstance(original, str) and isinstance(text, str):
            if text == original and language not in SAME.get(text, ()):
                yield f"{'.'.join(path)} is still English"
            for is_wrong, fault in FAULTS:
                if is_wrong(original, text):
                    yield f"{'.'.join(path)} {fault}"


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _end(text: str) -> str:
    return next((end for end, alike in ENDS.items() if text.endswith(alike)), "")


def _kept(text: str) -> set[str]:
    return {words for words in KEPT if words in text}
