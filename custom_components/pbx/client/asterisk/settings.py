"""Do not disturb and forwarding, as FreePBX stores them (reference, section 7)."""

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
# Settings that FreePBX also shows with a lamp; the other two have none.
_LAMPS: Final = frozenset({_DND, _ALWAYS})


class StoredSettings(Pbx):
    """The settings of extensions that AstDB stores (reference, section 7).

    All other settings are None, and a change of them is Refusal.UNSUPPORTED.
    """

    _session: ManagerSession

    @override
    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        """Read settings; each of the four requests returns those of all extensions.

        Raises PbxUnreachable, and PbxRefused without FreePBX or the right to read.
        """
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
        """Change settings: write the database, which calls obey, then the lamp.

        The whole change is checked before anything is written. Raises PbxUnreachable,
        and PbxRefused, with Refusal.INTERNAL_ERROR if only a part could be written; a
        missing right refuses the first write, so nothing was written. Raises ValueError
        for a number that cannot be dialled. Switching forwarding on needs a number:
        FreePBX forgets it when forwarding is off.
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
        """Return the number to forward to, blank to switch forwarding off.

        Raises PbxRefused with Refusal.SETTINGS_REJECTED for anything but a number.
        """
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
        """Write a key of AstDB, or delete it for a blank value, and set its lamp."""
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
        """Return the values of a family of AstDB by key."""
        rows = (await self._session.request("DBGetTree", {"Family": family})).rows
        return {
            row.get("Key", "").rpartition("/")[2]: row.get("Val", "") for row in rows
        }

    def _forwarding(self, to: str | None) -> Forwarding:
        """Return the forwarding stored in a key; without a key, forwarding is off."""
        if not to:
            return Forwarding(on=False)
        if to in self._session.table.directory.extensions:
            return Forwarding(on=True, to=ForwardTo.EXTENSION, number=to)
        number = to if is_dial_string(to) else None
        return Forwarding(on=True, to=ForwardTo.NUMBER, number=number)
