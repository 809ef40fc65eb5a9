"""Read and change the settings of extensions (reference, sections 3.4, 3.6 and 3.12)."""

import asyncio
from collections.abc import Collection, Mapping
from itertools import batched
from typing import Any, Final, override

from ...dial_string import dial_string, is_dial_string
from ...errors import PbxError, PbxRefused, PbxUnreachable, Refusal, Unreachable
from ...extension_settings import (
    ExtensionSettings,
    Forwarding,
    ForwardTo,
    MonitorPermission,
    SettingsChange,
)
from ...pbx import Pbx
from ..values import Answer, text
from .dialect import FORWARD_WORDS, MONITOR_PERMISSION_WORDS, MONITOR_PERMISSIONS
from .session import Session

# The number of extensions in one request: their answer has about 200 KiB.
BATCH: Final = 200
# Seconds to wait, after a refusal for too many changes, for more of them before `apply`;
# and how often this is repeated while changes are still being sent.
SETTLE: Final = 1.0
MOST_SETTLING: Final = 10
# Before firmware 30.11.0.7 frequent applies could stop calls (section 3.12).
APPLY_INTERVAL: Final = 10.0

_ON: Final = {"on": True, "off": False}
_NOTHING_BETWEEN_WORDS: Final = str.maketrans("", "", "-_ ")

# The field that switches a forwarding, and the prefix of its destination's fields (3.4).
_ALWAYS: Final = ("alwaysforward", "atransfer")
_BUSY: Final = ("busyforward", "btransfer")
_NO_ANSWER: Final = ("noanswerforward", "ntransfer")


class Applying:
    """The writing of settings, with one `apply` for all changes that need it."""

    def __init__(self) -> None:
        """Initialize with nothing written."""
        self._one_by_one = asyncio.Lock()
        self._lock = asyncio.Lock()
        self._writing = 0
        self._written = 0
        self._tried = 0
        self._failure: PbxError | None = None
        self._last: float | None = None

    async def write(self, session: Session, body: dict[str, str]) -> None:
        """Write settings, and return when they are in effect (sections 3.6 and 3.12).

        Raises the errors of `Session.request`; Refusal.TOO_OFTEN for any refusal of
        the `apply`.
        """
        self._writing += 1
        try:
            async with self._one_by_one:
                await session.request("extension/update", body, acting=True)
                return
        except PbxRefused as err:
            if err.refusal is not Refusal.TOO_OFTEN:
                raise
        finally:
            self._writing -= 1
        await self._apply(session)

    async def _apply(self, session: Session) -> None:
        """Return when the PBX has loaded all settings written until now."""
        self._written += 1
        mine = self._written
        async with self._lock:
            if self._tried < mine:
                await self._try(session)
            failure = self._failure
        if failure is not None:
            raise failure.with_traceback(None)

    async def _try(self, session: Session) -> None:
        """Send `apply` when no change is being written, ten seconds after the last."""
        loop = asyncio.get_running_loop()
        if self._last is not None:
            await asyncio.sleep(self._last + APPLY_INTERVAL - loop.time())
        for _ in range(MOST_SETTLING):
            await asyncio.sleep(SETTLE)
            if not self._writing:
                break
        covered, self._failure = self._written, None
        try:
            await session.request("apply", acting=True, v1=True)
        except PbxUnreachable as err:
            # The settings themselves were written, even if this request was not.
            self._failure = PbxUnreachable(err.reason, maybe_done=True)
        except PbxRefused as err:
            # For any reason of the refusal, the settings are written but not in effect.
            self._failure = PbxRefused(Refusal.TOO_OFTEN, err.code)
        except PbxError as err:
            self._failure = err
        finally:
            self._last = loop.time()
        self._tried = covered


class SettingsAccess(Pbx):
    """The settings of the extensions of an S-Series PBX.

    The answers contain the extensions' passwords; only the fields of ExtensionSettings
    are kept. Every method raises the errors of `connect`, and PbxRefused.
    """

    _session: Session
    _applying: Applying

    @override
    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        """Read settings (reference, sections 3.4 and 4.3), in batches of 200.

        The PBX's answer to a list with an unknown extension is not documented. When it
        refuses, the settings of all extensions are read in one request; with more than
        2000 extensions that answer is too large, and PbxUnreachable is raised.
        """
        found: list[ExtensionSettings] = []
        asked = filter(is_dial_string, dict.fromkeys(numbers))
        for batch in batched(asked, BATCH, strict=False):
            try:
                found += await self._settings(",".join(batch))
            except PbxRefused as err:
                if len(batch) == 1 or err.refusal is not Refusal.NO_SUCH_EXTENSION:
                    raise
                everyone = await self._settings(None)
                found += [one for one in everyone if one.number in batch]
        return tuple(found)

    async def _settings(self, numbers: str | None) -> tuple[ExtensionSettings, ...]:
        """Return the settings in one answer; each extension occurs once.

        `numbers` are separated by commas, None for all extensions.
        """
        await self._session.log_in()
        dialect = self._session.dialect
        everyone = {dialect.extension_id: "all"} if dialect.whole_calls else {}
        answer = await self._session.request(
            "extension/query",
            everyone if numbers is None else {dialect.extension_id: numbers},
        )
        items = answer.get("extinfos")
        if not isinstance(items, list):
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        found: dict[str, ExtensionSettings] = {}
        for item in items:
            if isinstance(item, dict):
                number = text(item.get(dialect.extension_number))
                if number and number.isascii():
                    found.setdefault(number, _read(number, item))
        return tuple(found.values())

    @override
    async def change_settings(self, number: str, change: SettingsChange) -> None:
        """Write settings in one request (reference, section 3.6).

        A change that is refused for coming too often is written but not in effect. One
        `apply` then follows for all such changes, a second later and at least ten
        seconds after the last one (3.12). Refusal.TOO_OFTEN is raised only when that is
        refused too, PbxUnreachable with `maybe_done` also when the `apply` was lost,
        and ValueError for a forwarding with a missing or needless number. Concurrent
        changes are sent one after the other.
        """
        fields = {
            **_flag("dnd", change.do_not_disturb),
            **_flag("allowbeingmonitored", change.may_be_monitored),
            **_monitor_mode(change.monitor_mode),
            **_forward(_ALWAYS, change.forward_always),
            **_forward(_BUSY, change.forward_busy),
            **_forward(_NO_ANSWER, change.forward_no_answer),
        }
        checked = dial_string(number)
        if not fields:
            return
        await self._session.log_in()
        body = {self._session.dialect.extension_id: checked, **fields}
        await self._applying.write(self._session, body)


def _read(number: str, item: Answer) -> ExtensionSettings:
    """Return the settings of an extension, without its passwords."""
    mode = text(item.get("monitormode")).lower().translate(_NOTHING_BETWEEN_WORDS)
    return ExtensionSettings(
        number=number,
        do_not_disturb=_switch(item, "dnd"),
        may_be_monitored=_switch(item, "allowbeingmonitored"),
        monitor_mode=MONITOR_PERMISSIONS.get(mode),
        forward_always=_forwarding(item, *_ALWAYS),
        forward_busy=_forwarding(item, *_BUSY),
        forward_no_answer=_forwarding(item, *_NO_ANSWER),
    )


def _switch(item: Mapping[str, Any], name: str) -> bool | None:
    """Return whether a field is on, None when it is missing or unknown."""
    return _ON.get(text(item.get(name)).lower())


def _forwarding(item: Answer, switch: str, letter: str) -> Forwarding | None:
    """Return one forwarding, None when the PBX does not tell whether it is on."""
    if (on := _switch(item, switch)) is None:
        return None
    word = text(item.get(f"{letter}to")).lower()
    to = next((to for to, name in FORWARD_WORDS.items() if name.lower() == word), None)
    field = (
        {ForwardTo.EXTENSION: "ext", ForwardTo.NUMBER: "num"}.get(to) if to else None
    )
    has_prefix = to in (ForwardTo.MOBILE, ForwardTo.NUMBER)
    return Forwarding(
        on=on,
        to=to,
        number=(text(item.get(f"{letter}{field}")) or None) if field else None,
        prefix=(text(item.get(f"{letter}prefix")) or None) if has_prefix else None,
    )


def _flag(name: str, on: bool | None) -> dict[str, str]:
    """Return the field that writes a switch, none to leave it unchanged."""
    return {} if on is None else {name: "on" if on else "off"}


def _monitor_mode(mode: MonitorPermission | None) -> dict[str, str]:
    """Return the field that writes a monitor mode (4.3), none to leave it unchanged."""
    return {} if mode is None else {"monitormode": MONITOR_PERMISSION_WORDS[mode]}


def _forward(names: tuple[str, str], forwarding: Forwarding | None) -> dict[str, str]:
    """Return the fields that write a forwarding (3.6), none to leave it unchanged."""
    if forwarding is None:
        return {}
    switch, letter = names
    fields = _flag(switch, forwarding.on)
    if not forwarding.on or forwarding.to is None:
        return fields
    fields[f"{letter}to"] = FORWARD_WORDS[forwarding.to]
    wants_number = forwarding.to in (ForwardTo.EXTENSION, ForwardTo.NUMBER)
    has_prefix = forwarding.to in (ForwardTo.MOBILE, ForwardTo.NUMBER)
    if wants_number != bool(forwarding.number) or (
        forwarding.prefix and not has_prefix
    ):
        raise ValueError(f"Missing or needless number for forwarding: {forwarding.to}")
    if forwarding.number:
        field = "ext" if forwarding.to is ForwardTo.EXTENSION else "num"
        fields[f"{letter}{field}"] = dial_string(forwarding.number)
    if has_prefix:
        # Written even if blank, so that an old prefix is not dialled before a new number.
        prefix = forwarding.prefix
        fields[f"{letter}prefix"] = dial_string(prefix) if prefix else ""
    return fields
