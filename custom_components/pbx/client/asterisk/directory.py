"""The directory of extensions: numbers, names and devices (reference, section 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re
from typing import Final

from .connection import Message

# A device such as `PJSIP/…` in a hint is a phone; `Custom:` devices are only lamps and
# switches.
_PHONE: Final = re.compile(r"(?:PJSIP|SIP|IAX2|DAHDI|SCCP)/[^&,@/]+")
_NO_VOICEMAIL: Final = (None, "", "novm")
_CALLER_ID: Final = re.compile(r'\s*"?(.*?)"?\s*<([^>]*)>\s*')


@dataclass(frozen=True, slots=True)
class ListedExtension:
    """An extension's number and name, and its devices: `PJSIP/1001`.

    `mailbox` is its voicemail box, `1001@default`, None without one.
    """

    number: str
    name: str
    devices: tuple[str, ...]
    mailbox: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The extensions of the PBX by number, and the numbers by device and voicemail box.

    `freepbx` is True if the PBX stores its extensions as FreePBX does.
    """

    extensions: Mapping[str, ListedExtension] = field(default_factory=dict)
    freepbx: bool = False
    by_device: Mapping[str, str] = field(init=False, repr=False, compare=False)
    by_mailbox: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the extensions by their devices and voicemail boxes."""
        by_device = {
            device: listed.number
            for listed in self.extensions.values()
            for device in listed.devices
        }
        by_mailbox = {
            listed.mailbox: listed.number
            for listed in self.extensions.values()
            if listed.mailbox is not None
        }
        object.__setattr__(self, "by_device", by_device)
        object.__setattr__(self, "by_mailbox", by_mailbox)


def from_freepbx(users: Iterable[Message], devices: Iterable[Message]) -> Directory:
    """Return the directory of FreePBX, from the AstDB trees AMPUSER and DEVICE.

    A number may have several devices, or one of another name. Without the keys that
    name it, the device is `PJSIP/` and the number.
    """
    names: dict[str, str] = {}
    own: dict[str, list[str]] = {}
    mailboxes: dict[str, str] = {}
    for row in users:
        _, number, key = _key(row)
        if number and number != "none":
            names.setdefault(number, "")
            if key == "cidname":
                names[number] = row.get("Val", "")
            elif key == "device":
                own[number] = [name for name in row.get("Val", "").split("&") if name]
            elif key == "voicemail" and row.get("Val") not in _NO_VOICEMAIL:
                mailboxes[number] = f"{number}@{row['Val']}"
    dial: dict[str, str] = {}
    for row in devices:
        _, device, key = _key(row)
        if key == "dial" and _PHONE.fullmatch(row.get("Val", "")):
            dial[device] = row["Val"]
    return Directory(
        {
            number: ListedExtension(
                number,
                name,
                tuple(
                    dial.get(device, f"PJSIP/{device}")
                    for device in own.get(number) or [number]
                ),
                mailboxes.get(number),
            )
            for number, name in names.items()
        },
        freepbx=True,
    )


def from_hints(hints: Iterable[Message]) -> Directory:
    """Return the directory of a plain Asterisk, from its hints, with blank names."""
    extensions: dict[str, ListedExtension] = {}
    for row in hints:
        number = row.get("Exten", "")
        phones = tuple(_PHONE.findall(row.get("Hint", "").partition(",")[0]))
        if number and phones and not number.startswith(("*", "_")):
            extensions.setdefault(number, ListedExtension(number, "", phones))
    return Directory(extensions)


def caller_id_name(text: str) -> str:
    """Return the name in a caller id, `"Anna Berg" <1001>`; blank if it has none."""
    match = _CALLER_ID.fullmatch(text)
    return match[1].strip() if match else ""


def caller_id_number(text: str) -> str:
    """Return the number in a caller id; blank if it has none."""
    match = _CALLER_ID.fullmatch(text)
    return match[2].strip() if match else ""


def _key(row: Message) -> tuple[str, str, str]:
    """Return the three parts of a database key such as `/AMPUSER/1001/cidname`."""
    _, family, member, rest = (*row.get("Key", "").split("/", 3), "", "", "", "")[:4]
    return family, member, rest
