"""Actions on the agents of queues (reference, section 7)."""

from typing import override

from ..errors import PbxRefused, Refusal
from ..pbx import Pbx
from .queues import QueueMember
from .session import ManagerSession


class QueueActions(Pbx):
    """The actions of agents. No action is repeated.

    Every method raises PbxUnreachable, with `maybe_done` if the action may have been
    carried out, and PbxRefused, with Refusal.UNSUPPORTED if the user of the manager
    interface lacks the right.
    """

    _session: ManagerSession

    @override
    async def log_in_agent(self, queue: str, extension: str) -> None:
        """Add an extension to a queue, as FreePBX does; nothing for a member of it.

        FreePBX's queues call agents through its dialplan, which obeys their do not
        disturb and their follow-me settings.
        """
        listed = self._session.listed(extension)
        if self._members(queue, extension):
            return
        fields = {
            "Queue": queue,
            "Interface": listed.devices[0],
            "MemberName": listed.name or extension,
        }
        if self._session.table.directory.freepbx:
            fields["Interface"] = f"Local/{extension}@from-queue/n"
            fields["StateInterface"] = f"hint:{extension}@ext-local"
        await self._session.request("QueueAdd", fields, acting=True)

    @override
    async def log_out_agent(self, queue: str, extension: str) -> None:
        """Remove an extension from a queue."""
        for member in self._present(queue, extension):
            if not member.dynamic:
                raise PbxRefused(Refusal.FIXED_AGENT)
            await self._session.request(
                "QueueRemove",
                {"Queue": queue, "Interface": member.interface},
                acting=True,
            )

    @override
    async def pause_agent(
        self, queue: str, extension: str, *, reason: str | None = None
    ) -> None:
        """Pause an agent; raise ValueError for a reason of more than one line."""
        await self._pause(queue, extension, "true", reason)

    @override
    async def unpause_agent(self, queue: str, extension: str) -> None:
        """End the pause of an agent."""
        await self._pause(queue, extension, "false")

    async def _pause(
        self, queue: str, extension: str, paused: str, reason: str | None = None
    ) -> None:
        """Set whether an agent pauses."""
        for member in self._present(queue, extension):
            fields = {"Queue": queue, "Interface": member.interface, "Paused": paused}
            if reason:
                fields["Reason"] = reason
            await self._session.request("QueuePause", fields, acting=True)

    def _members(self, queue: str, extension: str) -> list[QueueMember]:
        """Return the members of a queue that are an extension.

        Raises PbxRefused with Refusal.NO_SUCH_QUEUE.
        """
        members = self._session.queues.members(queue, extension)
        if members is None:
            raise PbxRefused(Refusal.NO_SUCH_QUEUE)
        return members

    def _present(self, queue: str, extension: str) -> list[QueueMember]:
        """Return the members of a queue that are an extension; at least one.

        Raises PbxRefused with Refusal.NOT_AN_AGENT if there is none.
        """
        self._session.listed(extension)
        members = self._members(queue, extension)
        if not members:
            raise PbxRefused(Refusal.NOT_AN_AGENT)
        return members
