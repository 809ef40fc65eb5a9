"""Do not disturb and forwarding, the way FreePBX keeps them (reference, section 7)."""

from collections.abc import Collection
from typing import Final, override

from ..dial_string import dial_string, is_dial_string
from ..errors import PbxRefused, Refusal
from ..extension_settings import (
    ExtensionSettings,
    Forwarding,
    ForwardTo,
    SettingsChange,
)
from ..pbx import Pbx
from .session import ManagerSession

_DND: Final = "DND"
_ALWAYS: Final = "CF"
_BUSY: Final = "CFB"
_NO_ANSWER: Final = "CFU"
# Of these a lamp tells too; FreePBX keeps none of the other two.
_LAMPS: Final = frozenset({_DND, _ALWAYS})


class StoredSettings(Pbx):
    """What of an extension's settings AstDB holds; the rest is None, and unsupported."""

    _session: ManagerSession

    @override
    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        """Read settings; all extensions' come in one answer."""
        if not self._session.table.directory.freepbx:
            raise PbxRefused(Refusal.UNSUPPORTED)
        dnd = await self._tree(_DND)
        always, busy = await self._tree(_ALWAYS), await self._tree(_BUSY)
        no_answer = await self._tree(_NO_ANSWER)
        return tuple(
            ExtensionSettings(
                number,
                do_not_disturb=number in dnd,
                forward_always=self._forwarding(always.get(number)),
                forward_busy=self._forwarding(busy.get(number)),
                forward_no_answer=self._forwarding(no_answer.get(number)),
            )
            for number in numbers
            if number in self._session.table.directory.extensions
        )

    @override
    async def change_settings(self, number: str, change: SettingsChange) -> None:
        """Write settings: the database, which calls obey, then the lamp.

        It is checked as a whole before; Refusal.INTERNAL_ERROR when only a part of it
        could be written. Only a right that is missing refuses it, and with nothing
        written. Forwarding can be switched on with a number alone: FreePBX forgets it
        when it is switched off.
        """
        if not self._session.table.directory.freepbx:
            raise PbxRefused(Refusal.UNSUPPORTED)
        if number not in self._session.table.directory.extensions:
            raise PbxRefused(Refusal.NO_SUCH_EXTENSION)
        if change.may_be_monitored is not None or change.monitor_mode is not None:
            raise PbxRefused(Refusal.UNSUPPORTED)
        values: dict[str, str] = {}
        if change.do_not_disturb is not None:
            values[_DND] = "YES" if change.do_not_disturb else ""
        for family, forwarding in (
            (_ALWAYS, change.forward_always),
            (_BUSY, change.forward_busy),
            (_NO_ANSWER, change.forward_no_answer),
        ):
            if forwarding is not None:
                to = await self._forward_to(family, number, forwarding)
                values[family] = to
        for index, (family, value) in enumerate(values.items()):
            try:
                await self._write(family, number, value)
            except PbxRefused as err:
                if index:
                    raise PbxRefused(Refusal.INTERNAL_ERROR) from err
                raise

    async def _forward_to(
        self, family: str, number: str, forwarding: Forwarding
    ) -> str:
        """Return where to forward to, blank for nowhere."""
        if not forwarding.on:
            return ""
        if forwarding.to is None:
            if kept := (await self._tree(family)).get(number):
                return kept
            raise PbxRefused(Refusal.SETTINGS_REJECTED)
        if forwarding.to in (ForwardTo.VOICEMAIL, ForwardTo.MOBILE):
            raise PbxRefused(Refusal.SETTINGS_REJECTED)
        to = forwarding.number or ""
        if to in self._session.table.directory.extensions:
            return to
        prefix = forwarding.prefix or ""
        return dial_string(f"{prefix}{to}")

    async def _write(self, family: str, number: str, value: str) -> None:
        """Write a key, or delete it, and let the lamp show it."""
        entry = {"Family": family, "Key": number}
        if value:
            await self._session.request("DBPut", {**entry, "Val": value}, acting=True)
        else:
            try:
                await self._session.request("DBDel", entry, acting=True)
            except PbxRefused as err:
                if err.refusal is not Refusal.NOT_FOUND:
                    raise
        if family not in _LAMPS:
            return
        try:
            await self._session.request(
                "Setvar",
                {
                    "Variable": f"DEVICE_STATE(Custom:{family}{number})",
                    "Value": "BUSY" if value else "NOT_INUSE",
                },
                acting=True,
            )
        except PbxRefused as err:
            raise PbxRefused(Refusal.INTERNAL_ERROR) from err

    async def _tree(self, family: str) -> dict[str, str]:
        """Return all keys of a family, and their values."""
        rows = (await self._session.request("DBGetTree", {"Family": family})).rows
        return {
            row.get("Key", "").rpartition("/")[2]: row.get("Val", "") for row in rows
        }

    def _forwarding(self, to: str | None) -> Forwarding:
        """Return what a key says; there is none while forwarding is off."""
        if not to:
            return Forwarding(on=False)
        if to in self._session.table.directory.extensions:
            return Forwarding(on=True, to=ForwardTo.EXTENSION, number=to)
        number = to if is_dial_string(to) else None
        return Forwarding(on=True, to=ForwardTo.NUMBER, number=number)
