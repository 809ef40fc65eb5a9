"""Writing settings: extension/update and apply (reference 3.6, 3.12)."""

from collections.abc import Callable
import re
from typing import TYPE_CHECKING

from tests.simulator.exchange import SimExtension
from tests.simulator.exchange.events import SettingsChanged
from tests.simulator.exchange.extension import FORWARD_DESTINATIONS, MONITOR_MODES

from .answers import Answer, Refused, success
from .request import Body
from .sessions import Session

if TYPE_CHECKING:
    from .pbx import YeastarS

type Check = Callable[[str], bool]
type Write = Callable[[SimExtension, str], None]

# Reference 3.6, "forbidden characters" of passwords.
FORBIDDEN = frozenset(";&\"'\\<>`| ")
MODES = {mode.lower(): mode for mode in (*MONITOR_MODES, "Disable")}


def _pattern(expression: str) -> Check:
    compiled = re.compile(expression)
    return lambda text: compiled.fullmatch(text) is not None


def _secret(least: int, most: int) -> Check:
    return lambda text: least <= len(text) <= most and not FORBIDDEN.intersection(text)


def _name(text: str) -> bool:
    # The limit says letters and digits, the samples have blanks ("Erwin Co").
    return len(text) <= 31 and all(char.isalnum() or char in " _-." for char in text)


def _number(most: int) -> Check:
    return lambda text: text == "" or (text.isdigit() and len(text) <= most)


_ON_OFF: Check = ("on", "off").__contains__
_ANYTHING: Check = _pattern(r"[^\x00-\x1f]*")


def _text(attribute: str, check: Check) -> tuple[Check, Write]:
    return check, lambda extension, text: setattr(extension, attribute, text)


def _flag(attribute: str) -> tuple[Check, Write]:
    return _ON_OFF, lambda extension, text: setattr(extension, attribute, text == "on")


def _forward(attribute: str, member: str, check: Check) -> tuple[Check, Write]:
    def write(extension: SimExtension, text: str) -> None:
        setattr(
            getattr(extension, attribute),
            member,
            text == "on" if member == "on" else text,
        )

    return check, write


def _monitor_mode(extension: SimExtension, text: str) -> None:
    mode = MODES[text.lower()]
    extension.monitor_mode = "Disabled" if mode == "Disable" else mode


def _web_password(extension: SimExtension, text: str) -> None:
    extension.login_password, extension.login_password_hash = text, ""


def _forwards() -> dict[str, tuple[Check, Write]]:
    fields: dict[str, tuple[Check, Write]] = {}
    for switch, letter, attribute, prefix in (
        ("alwaysforward", "a", "always_forward", 7),
        ("noanswerforward", "n", "no_answer_forward", 15),
        ("busyforward", "b", "busy_forward", 7),
    ):
        fields[switch] = _forward(attribute, "on", _ON_OFF)
        destination: Check = FORWARD_DESTINATIONS.__contains__
        fields[f"{letter}transferto"] = _forward(attribute, "to", destination)
        fields[f"{letter}transferext"] = _forward(attribute, "extension", _number(7))
        fields[f"{letter}transferprefix"] = _forward(
            attribute, "prefix", _number(prefix)
        )
        fields[f"{letter}transfernum"] = _forward(attribute, "number", _number(15))
    return fields


FIELDS: dict[str, tuple[Check, Write]] = {
    "username": _text("name", _name),
    "callerid": _text("caller_id", _name),
    "registername": _text("register_name", _pattern(r"\w{1,31}")),
    "registerpassword": _text("register_password", _secret(1, 31)),
    "maxregistrations": _text("max_registrations", _pattern("[1-5]")),
    "loginpassword": (_secret(6, 63), _web_password),
    "email": _text("email", _pattern(r"|[^\s@]+@[^\s@]+")),
    "mobile": _text("mobile", _number(31)),
    "moblie": _text("mobile", _number(31)),
    "language": _text("language", _ANYTHING),
    "hasvoicemail": _flag("has_voicemail"),
    "enablevmtoemail": _flag("voicemail_to_email"),
    "vmsecret": _text("vm_secret", _number(63)),
    **_forwards(),
    "enablemobile": _flag("mobility"),
    "ringsimultaneous": _flag("ring_simultaneous"),
    "mobileprefix": _text("mobile_prefix", _number(7)),
    "allowbeingmonitored": _flag("allow_being_monitored"),
    "monitormode": (lambda text: text.lower() in MODES, _monitor_mode),
    "ringtimeout": _text("ring_timeout", _pattern("[1-9][0-9]{0,3}")),
    "maxduration": _text(
        "max_duration", _pattern("Follow System|Unlimited|[1-9][0-9]{0,5}")
    ),
    "dnd": _flag("dnd"),
    "callrestriction": _flag("call_restriction"),
    "agentid": _text("agent_id", _ANYTHING),
}


def extension_update(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/update`, reference 3.6: only the fields sent are changed, or none."""
    number = body.required("extid")
    if number not in pbx.exchange.extensions:
        raise Refused("10006")
    changes = []
    for field in body.names():
        if field in FIELDS:
            check, write = FIELDS[field]
            if not check(body.optional(field)):
                raise Refused("10017")
            changes.append((write, body.optional(field)))
    new = body.optional("extnumber", number)
    if new != number and (
        not new.isdigit() or len(new) > 7 or new in pbx.exchange.extensions
    ):
        raise Refused("10017")

    def take_effect() -> None:
        extension = pbx.exchange.extensions.get(number)
        if extension is None:
            return
        for write, text in changes:
            write(extension, text)
        if new != number:
            pbx.exchange.renumber(number, new)
        pbx.exchange.emit(SettingsChanged("extension", new, "update"))

    if pbx.updates.too_often(pbx.switches.update_limit):
        # Reference 3.12: written, but the reload is skipped until `apply`.
        pbx.unapplied.append(take_effect)
        raise Refused("10025")
    take_effect()
    return success()


def apply(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`apply`, reference 3.12."""
    if pbx.applies.too_often(pbx.switches.apply_limit):
        raise Refused("10025")
    waiting, pbx.unapplied = pbx.unapplied, []
    for take_effect in waiting:
        take_effect()
    return success()
