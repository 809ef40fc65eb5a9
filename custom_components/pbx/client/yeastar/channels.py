"""Control of calls by the channels of their members."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Final

from ..dial_string import dial_string
from ..errors import PbxRefused, Refusal
from ..model import PartyState
from .members import Member, MemberTable

# Calls by id, with their members, each with whether it has hung up.
type Listed = Mapping[str, Iterable[tuple[Member, bool]]]
# Members of calls, with the ids of these calls.
type Legs = list[tuple[str, Member]]

CONNECTED: Final = frozenset({PartyState.TALKING, PartyState.HELD})


class ChannelControl(ABC):
    """The methods that act on one leg of a call.

    A channel exists only as long as its leg, so it is looked up right before it is used.
    """

    _table: MemberTable

    @abstractmethod
    async def _legs(self, number: str) -> Legs:
        """Return the present legs of an extension, as the PBX lists them now."""

    @abstractmethod
    async def _on_channel(self, action: str, channel: str) -> None:
        """Send a request about a channel."""

    async def hang_up(self, extension: str) -> None:
        """End an extension's call, or its monitoring."""
        found = await self._legs(dial_string(extension))
        if not found:
            raise PbxRefused(Refusal.NOT_IN_CALL)
        await self._on_channel("hangup", main_leg(found)[1].channel)

    async def hold(self, extension: str) -> None:
        """Put an extension's call on hold."""
        await self._on_leg("hold", extension, PartyState.TALKING)

    async def resume(self, extension: str) -> None:
        """Resume an extension's call on hold."""
        await self._on_leg("unhold", extension, PartyState.HELD)

    async def mute(self, extension: str) -> None:
        """Mute an extension until its call ends."""
        await self._on_leg("mute", extension, *CONNECTED)

    async def unmute(self, extension: str) -> None:
        """Unmute an extension."""
        await self._on_leg("unmute", extension, *CONNECTED)

    async def accept_call(self, call_id: str) -> None:
        """Accept an inbound call that the PBX asks about, within ten seconds."""
        await self._on_channel("accept_inbound", self._offered(call_id))

    async def refuse_call(self, call_id: str) -> None:
        """Refuse an inbound call that the PBX asks about, within ten seconds."""
        await self._on_channel("refuse_inbound", self._offered(call_id))

    async def _on_leg(self, action: str, extension: str, *states: PartyState) -> None:
        """Send a request about an extension's leg in one of some states.

        Raises PbxRefused with Refusal.NOT_IN_CALL if there is no such leg.
        """
        legs = await self._legs(dial_string(extension))
        found = [leg for leg in legs if leg[1].state in states]
        if not found:
            raise PbxRefused(Refusal.NOT_IN_CALL)
        await self._on_channel(action, main_leg(found)[1].channel)

    def _offered(self, call_id: str) -> str:
        """Return the channel of the outside caller of an offered call."""
        channel = self._table.inbound_channel(call_id)
        if channel is None:
            raise PbxRefused(Refusal.TOO_LATE)
        return channel


def legs_of(calls: Listed, number: str) -> Legs:
    """Return the present legs of an extension in calls."""
    return [
        (call_id, member)
        for call_id, members in calls.items()
        for member, gone in members
        if member.extension and member.number == number and not gone
    ]


def main_leg(found: Legs) -> tuple[str, Member]:
    """Return the connected leg of an extension, else the newest; talking before held."""
    for state in (PartyState.TALKING, PartyState.HELD):
        for call_id, member in reversed(found):
            if member.state is state:
                return call_id, member
    return found[-1]
