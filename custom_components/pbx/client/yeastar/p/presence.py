"""Do not disturb and forwarding of extensions, which belong to a presence (reference, 3.2.3).

Each presence of an extension has its own forwarding, one for calls from inside and one
for calls from outside. What is read and written here is that of the present one.
"""

from collections.abc import Collection, Iterator
from itertools import batched
from typing import Any, Final, override

from ...dial_string import dial_string
from ...errors import PbxRefused, PbxUnreachable, Refusal, Unreachable
from ...extension_settings import (
    ExtensionSettings,
    Forwarding,
    ForwardTo,
    SettingsChange,
)
from ...pbx import Pbx
from ..member_words import objects
from ..values import Answer, text
from . import errcode
from .session import TokenSession

BATCH: Final = 50
AVAILABLE: Final = "available"
DO_NOT_DISTURB: Final = "do_not_disturb"
_PRESENCES: Final = frozenset(
    {AVAILABLE, "away", "business_trip", DO_NOT_DISTURB, "lunch", "off_work"}
)
_SIDES: Final = ("in", "ex")
_FLAGS: Final = {"0": False, "1": True}
# The other destinations have no documented word.
_DESTINATIONS: Final = {
    ForwardTo.VOICEMAIL: "ext_vm",
    ForwardTo.EXTENSION: "extension",
}


class PresenceAccess(Pbx):
    """The settings of the extensions of a P-Series PBX.

    The answers contain the extensions' passwords; only the fields of ExtensionSettings
    are kept. Every method raises the errors of `connect`, and PbxRefused.
    """

    _session: TokenSession
    # The PBX's own id of each extension, by number.
    _ids: dict[str, str]

    @override
    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        """Read settings, in batches; an extension that is not listed has none."""
        found: list[ExtensionSettings] = []
        numbers_by_id = {identity: number for number, identity in self._ids.items()}
        known = [number for number in dict.fromkeys(numbers) if number in self._ids]
        for batch in batched(known, BATCH, strict=False):
            ids = ",".join(self._ids[number] for number in batch)
            try:
                answer = await self._session.request("extension/query", {"ids": ids})
            except PbxRefused as err:
                if err.code != errcode.NO_DATA:
                    raise
                continue
            read = {
                number: _read(number, item, numbers_by_id)
                for item in objects(answer.get("data"))
                if (number := text(item.get("number"))) in batch
            }
            found += read.values()
        return tuple(found)

    @override
    async def change_settings(self, number: str, change: SettingsChange) -> None:
        """Change settings in one request, after reading the present presence.

        Switching do not disturb off makes the extension available. A forwarding is
        written for calls from inside and from outside. Raises PbxRefused with
        Refusal.UNSUPPORTED for monitoring settings, with Refusal.SETTINGS_REJECTED for a
        presence without settings of its own and for a destination other than voicemail
        and an extension, and ValueError for a missing or needless number.
        """
        if change.may_be_monitored is not None or change.monitor_mode is not None:
            raise PbxRefused(Refusal.UNSUPPORTED)
        if number not in self._ids:
            raise PbxRefused(Refusal.NO_SUCH_EXTENSION)
        fields: dict[str, Any] = {}
        for situation, forwarding in _forwardings(change):
            fields |= self._forward(situation, forwarding)
        if not fields and change.do_not_disturb is None:
            return
        identity = self._ids[number]
        answer = await self._session.request("extension/get", {"id": identity})
        item = answer.get("data")
        if not isinstance(item, dict) or text(item.get("number")) != number:
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        before = presence = text(item.get("presence_status"))
        if change.do_not_disturb:
            presence = DO_NOT_DISTURB
        elif change.do_not_disturb is False and presence == DO_NOT_DISTURB:
            presence = AVAILABLE
        body: dict[str, Any] = {"id": int(identity)}
        if presence != before:
            body["presence_status"] = presence
        if fields:
            if _of_presence(item, presence) is None:
                raise PbxRefused(Refusal.SETTINGS_REJECTED)
            body["presence_list"] = [{"status": presence, **fields}]
        if len(body) > 1:
            await self._session.request("extension/update", {}, body, acting=True)

    def _forward(self, situation: str, forwarding: Forwarding) -> dict[str, Any]:
        """Return the fields that write a forwarding."""
        fields: dict[str, Any] = {}
        if forwarding.on and forwarding.to is not None:
            if forwarding.to not in _DESTINATIONS:
                raise PbxRefused(Refusal.SETTINGS_REJECTED)
            to_extension = forwarding.to is ForwardTo.EXTENSION
            if to_extension != bool(forwarding.number) or forwarding.prefix:
                raise ValueError(f"Missing or needless number: {forwarding.to}")
            fields["dest"] = _DESTINATIONS[forwarding.to]
            if forwarding.number:
                identity = self._ids.get(dial_string(forwarding.number))
                if identity is None:
                    raise PbxRefused(Refusal.SETTINGS_REJECTED)
                fields["value"] = identity
        written: dict[str, Any] = {}
        for side in _SIDES:
            written[f"enb_{side}_{situation}_forward"] = int(forwarding.on)
            for name, value in fields.items():
                written[f"{side}_{situation}_forward_{name}"] = value
        return written


def presence_known(word: str) -> bool:
    """Return whether a presence has a documented word."""
    return word in _PRESENCES


def _forwardings(change: SettingsChange) -> Iterator[tuple[str, Forwarding]]:
    """Yield the forwardings that are to be changed, by the PBX's word for when."""
    for situation, forwarding in (
        ("always", change.forward_always),
        ("busy", change.forward_busy),
        ("no_answer", change.forward_no_answer),
    ):
        if forwarding is not None:
            yield situation, forwarding


def _of_presence(item: Answer, presence: str) -> Answer | None:
    """Return the settings of a presence, None if it has none."""
    for settings in objects(item.get("presence_list")):
        if text(settings.get("status")) == presence:
            return settings
    return None


def _read(number: str, item: Answer, numbers: dict[str, str]) -> ExtensionSettings:
    """Return the settings of an extension, given the numbers of all by their ids."""
    presence = text(item.get("presence_status"))
    own = _of_presence(item, presence) or {}
    return ExtensionSettings(
        number,
        do_not_disturb=(
            presence == DO_NOT_DISTURB if presence_known(presence) else None
        ),
        forward_always=_forwarding(own, "always", numbers),
        forward_busy=_forwarding(own, "busy", numbers),
        forward_no_answer=_forwarding(own, "no_answer", numbers),
    )


def _forwarding(
    settings: Answer, situation: str, numbers: dict[str, str]
) -> Forwarding | None:
    """Return a forwarding, None if it is not the same from inside and from outside."""
    inside, outside = (_on_side(settings, s, situation, numbers) for s in _SIDES)
    if inside == outside:
        return inside
    if inside is not None and outside is not None and not (inside.on or outside.on):
        return Forwarding(on=False)
    return None


def _on_side(
    settings: Answer, side: str, situation: str, numbers: dict[str, str]
) -> Forwarding | None:
    """Return the forwarding of calls from one side, None if the PBX does not tell it."""
    on = _FLAGS.get(text(settings.get(f"enb_{side}_{situation}_forward")))
    if on is None:
        return None
    name = f"{side}_{situation}_forward"
    word = text(settings.get(f"{name}_dest"))
    to = next((to for to, known in _DESTINATIONS.items() if known == word), None)
    number = None
    if to is ForwardTo.EXTENSION:
        number = numbers.get(text(settings.get(f"{name}_value")))
    return Forwarding(on, to, number)
