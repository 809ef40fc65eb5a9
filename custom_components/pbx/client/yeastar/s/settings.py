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
from .answers import Answer, text
from .dialect import FORWARD_WORDS, MONITOR_PERMISSION_WORDS, MONITOR_PERMISSIONS
from .session import Session

# So many extensions are asked for in one request: about 200 KiB of answer.
BATCH: Final = 200
# After a refusal for too many changes, so long others may follow before one `apply`.
SETTLE: Final = 1.0
MOST_SETTLING: Final = 10
# Before firmware 30.11.0.7 frequent applies could stop calls (section 3.12).
APPLY_INTERVAL: Final = 10.0

_ON: Final = {"on": True, "off": False}
_NOTHING_BETWEEN_WORDS: Final = str.maketrans("", "", "-_ ")

# The field that switches it, and how the fields of its destination begin (3.4).
_ALWAYS: Final = ("alwaysforward", "atransfer")
_BUSY: Final = ("busyforward", "btransfer")
_NO_ANSWER: Final = ("noanswerforward", "ntransfer")


class Applying:
    """Lets the PBX load what was written: one `apply` for all who wait for it."""

    def __init__(self) -> None:
        """Begin with nothing written."""
        self._one_by_one = asyncio.Lock()
        self._lock = asyncio.Lock()
        self._writing = 0
        self._written = 0
        self._tried = 0
        self._failure: PbxError | None = None
        self._last: float | None = None

    async def write(self, session: Session, body: dict[str, str]) -> None:
        """Return when settings are written, and in effect (sections 3.6 and 3.12).

        Raises what `Session.request` does; Refusal.TOO_OFTEN for any refusal of the
        `apply`.
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
        """Return when the PBX has loaded what was written before."""
        self._written += 1
        mine = self._written
        async with self._lock:
            if self._tried < mine:
                await self._try(session)
            failure = self._failure
        if failure is not None:
            raise failure.with_traceback(None)

    async def _try(self, session: Session) -> None:
        """Wait until nobody changes anything, and not too soon after the last one."""
        loop = asyncio.get_running_loop()
        if self._last is not None:
            await asyncio.sleep(self._last + APPLY_INTERVAL - loop.time())
        for _ in range(MOST_SETTLING):
            await asyncio.sleep(SETTLE)
            if not self._writing:
                break
        covered, self._failure = self._written, None
        try:
            await session.request("apply", acting=True)
        except PbxUnreachable as err:
            # The settings themselves were written, whatever became of this.
            self._failure = PbxUnreachable(err.reason, maybe_done=True)
        except PbxRefused as err:
            # Whatever the reason: the settings are written, but not in effect.
            self._failure = PbxRefused(Refusal.TOO_OFTEN, err.code)
        except PbxError as err:
            self._failure = err
        finally:
            self._last = loop.time()
        self._tried = covered


class SettingsAccess(Pbx):
    """The settings of extensions. The answer holds their passwords: nothing else is kept.

    Every method raises what `connect` does, and PbxRefused.
    """

    _session: Session
    _applying: Applying

    @override
    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        """Read settings (reference, sections 3.4 and 4.3), in batches of 200.

        What the PBX says to a list with one extension that does not exist is unknown:
        if it refuses, all are read in one answer, which of more than 2000 extensions
        is too large: PbxUnreachable.
        """
        found: list[ExtensionSettings] = []
        asked = filter(is_dial_string, dict.fromkeys(numbers))
        for batch in batched(asked, BATCH, strict=False):
            try:
                found += await self._settings({"extid": ",".join(batch)})
            except PbxRefused as err:
                if len(batch) == 1 or err.refusal is not Refusal.NO_SUCH_EXTENSION:
                    raise
                everyone = await self._settings({})
                found += [one for one in everyone if one.number in batch]
        return tuple(found)

    async def _settings(self, body: dict[str, str]) -> tuple[ExtensionSettings, ...]:
        """Return what one answer says; each extension comes once."""
        await self._session.log_in()
        dialect = self._session.dialect
        answer = await self._session.request(dialect.extension_settings, body)
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

        Refused for coming too often, it is written but not in effect: then one `apply`
        follows for all such changes, a second later, ten seconds after the last at the
        earliest (3.12); only if that is refused as well, Refusal.TOO_OFTEN is raised.
        PbxUnreachable has `maybe_done` also when the `apply` got lost. ValueError for a
        forwarding that lacks its number, or has one that it cannot have. Several at the
        same time are sent one after the other.
        """
        fields = {
            **_flag("dnd", change.do_not_disturb),
            **_flag("allowbeingmonitored", change.may_be_monitored),
            **_monitor_mode(change.monitor_mode),
            **_forward(_ALWAYS, change.forward_always),
            **_forward(_BUSY, change.forward_busy),
            **_forward(_NO_ANSWER, change.forward_no_answer),
        }
        body = {"extid": dial_string(number), **fields}
        if not fields:
            return
        await self._applying.write(self._session, body)


def _read(number: str, item: Answer) -> ExtensionSettings:
    """Return what is kept of an extension's settings: the passwords are not."""
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
    """Return whether something is on, None where that is not said."""
    return _ON.get(text(item.get(name)).lower())


def _forwarding(item: Answer, switch: str, letter: str) -> Forwarding | None:
    """Return one kind of forwarding, None where the PBX does not say whether it is on."""
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
    """Return how something is switched, nothing if it is not."""
    return {} if on is None else {name: "on" if on else "off"}


def _monitor_mode(mode: MonitorPermission | None) -> dict[str, str]:
    """Return how a monitor mode is written (section 4.3), nothing if it is not."""
    return {} if mode is None else {"monitormode": MONITOR_PERMISSION_WORDS[mode]}


def _forward(names: tuple[str, str], forwarding: Forwarding | None) -> dict[str, str]:
    """Return how a forwarding is written (section 3.6), nothing if it is not."""
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
        raise ValueError(f"That is no way to forward to: {forwarding.to}")
    if forwarding.number:
        field = "ext" if forwarding.to is ForwardTo.EXTENSION else "num"
        fields[f"{letter}{field}"] = dial_string(forwarding.number)
    if has_prefix:
        # Written even if blank: an old one must not come before a new number.
        prefix = forwarding.prefix
        fields[f"{letter}prefix"] = dial_string(prefix) if prefix else ""
    return fields
