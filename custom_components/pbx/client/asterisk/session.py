"""The session with a PBX: its connection, and the table that its events update."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

from ..errors import (
    PbxError,
    PbxLoginRejected,
    PbxRefused,
    PbxRightMissing,
    PbxUnreachable,
    Refusal,
    Unreachable,
)
from ..pbx import Address
from ..report import Report, SettingsChanged, Subject
from .channels import ChannelTable
from .connection import ActionAnswer, Connection, Message
from .directory import ListedExtension
from .queues import QueueTable
from .rights import check_rights

# Seconds within which a called phone rings, or is known to be unreachable.
RING_WITHIN: Final = 5.0
# Above the number of channels and devices of any real PBX.
MAX_SIZE: Final = 100_000
# The logins in a row that may be rejected after one that was accepted.
_PASSING_REJECTIONS: Final = 2
# The cause used for a phone that could not be called: no Hangup event gives one.
NO_ROUTE: Final = 20

_ROWS: Final = frozenset(
    {
        "CoreShowChannel",
        "DBGetTreeResponse",
        "ExtensionStatus",
        "OutboundRegistrationDetail",
        *QueueTable.ROWS,
    }
)
# The ends of a parked call's waiting, but for that of its channel.
_UNPARKED: Final = frozenset({"ParkedCallTimeOut", "UnParkedCall"})
_OWN: Final = frozenset({"FullyBooted", "OriginateResponse", "Registry", "Reload"})


class ManagerSession:
    """The session with a PBX, with one login at a time (reference, sections 1 and 2).

    Events are applied to `table` and `queues`, and the resulting reports passed on.
    `actions` has the actions that the user may carry out, `readable` the classes of
    events that they may receive, none if they are unknown; `generation` counts the logins.
    `directory_read` is False if the extensions must be read again. `registrations` has
    the states of trunks by their client's and server's address.
    """

    def __init__(
        self,
        address: Address,
        username: str,
        secret: str,
        fingerprint: str | None,
        clock: Callable[[], float],
    ) -> None:
        """Initialize without a connection; `clock` returns seconds since the epoch."""
        self._address = address
        self._username = username
        self._secret = secret
        self._fingerprint = fingerprint
        self._clock = clock
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()
        self._closed = False
        self._take: Callable[[Report], None] | None = None
        self._lost: Callable[[PbxError], None] | None = None
        # Phones being called, by channel id: None once one rings, else a hang-up cause.
        self._called: dict[str, asyncio.Future[int | None]] = {}
        # The ids of our channels, with that of the channel they end with.
        self._bound: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.table = ChannelTable()
        self.queues = QueueTable(self.table)
        self.actions: frozenset[str] = frozenset()
        self.readable: frozenset[str] = frozenset()
        self.generation = 0
        self._rejections = 0
        self.directory_read = False
        self.registrations: dict[tuple[str, str], str] = {}

    @property
    def connected(self) -> bool:
        """Return whether there is a logged-in connection."""
        return self._connection is not None and self._connection.alive

    @property
    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self._clock()

    async def connect(self) -> None:
        """Log in where that has not been done yet, and read the user's rights.

        Raises PbxLoginRejected, PbxWrongService, PbxNotTrusted, PbxUnreachable (also for
        the first rejections after an accepted login), and PbxRightMissing for a user
        without a right to read the PBX (reference, section 2).
        """
        async with self._lock:
            if self._closed:
                raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
            if self.connected:
                return
            connection = Connection(
                ChannelTable.EVENTS | QueueTable.EVENTS | _ROWS | _OWN,
                self._take_event,
                self._lose,
            )
            try:
                await connection.open(self._address, self._fingerprint)
                self.table.begin_connection()
                await connection.log_in(self._username, self._secret)
                commands = await connection.request("ListCommands")
                self.actions = frozenset(commands.fields)
                self.readable = await check_rights(
                    connection, self._username, self.actions
                )
            except PbxRightMissing:
                await connection.close()
                raise
            except PbxLoginRejected:
                connection.cut_off()
                if not self._rejections:
                    raise
                # An Asterisk that starts rejects all logins until it has read its users.
                self._rejections -= 1
                raise PbxUnreachable(Unreachable.CANNOT_CONNECT) from None
            except BaseException:
                # A cancelled task must not leave the connection open either.
                connection.cut_off()
                raise
            self._connection = connection
            self._rejections = _PASSING_REJECTIONS
            self.generation += 1
            self.directory_read = False

    def listen(
        self, take: Callable[[Report], None], lost: Callable[[PbxError], None]
    ) -> None:
        """Pass reports on to `take` from now on; call `lost` once, at the end.

        Raises PbxUnreachable if there is no connection.
        """
        if not self.connected:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        self._take, self._lost = take, lost

    async def request(
        self,
        action: str,
        fields: Mapping[str, str | list[str]] | None = None,
        *,
        acting: bool = False,
    ) -> ActionAnswer:
        """Send an action on the current connection; see `Connection.request`."""
        if self._connection is None or not self._connection.alive:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        return await self._connection.request(action, fields, acting=acting)

    async def rows(
        self, action: str, fields: Mapping[str, str | list[str]] | None = None
    ) -> tuple[Message, ...]:
        """Return the rows of a list, none if the PBX refuses it.

        A user may lack the right to it, or this version the action. Raises
        PbxUnreachable.
        """
        try:
            return (await self.request(action, fields)).rows
        except PbxRefused:
            return ()

    async def on_hold(self, channels: Iterable[Message]) -> frozenset[str]:
        """Return the ids of those listed channels that are held by other parties.

        All requests are sent at once, because answers come in order. Raises
        PbxUnreachable.
        """
        bridged = [row for row in channels if row.get("BridgeId")]
        found = await asyncio.gather(
            *(
                self.variable("CHANNEL(onhold)", channel=row.get("Channel", ""))
                for row in bridged
            )
        )
        return frozenset(
            row.get("Uniqueid", "")
            for row, value in zip(bridged, found, strict=True)
            if value == "1"
        )

    async def variable(self, name: str, *, channel: str | None = None) -> str:
        """Return the value of a channel's or a global variable; blank if not set."""
        fields = {"Variable": name}
        if channel is not None:
            fields["Channel"] = channel
        try:
            answer = await self.request("Getvar", fields)
        except PbxRefused:
            return ""
        value = answer.fields.get("Value", "")
        return "" if value == "(null)" else value

    async def call(
        self, channel_id: str, fields: Mapping[str, str | list[str]]
    ) -> None:
        """Call a phone from the PBX, and return once it rings (reference, section 7).

        Raises the errors of `request`, and PbxRefused with Refusal.NOT_IDLE for a phone
        that is unreachable, busy, or rejects the call at once.
        """
        called = asyncio.get_running_loop().create_future()
        self._called[channel_id] = called
        try:
            await self.request(
                "Originate",
                {**fields, "ChannelId": channel_id, "Async": "true"},
                acting=True,
            )
            async with asyncio.timeout(RING_WITHIN):
                cause = await called
        except TimeoutError:
            return  # the phone is being called, but does not report that it rings
        finally:
            del self._called[channel_id]
        if cause is not None:
            raise PbxRefused(Refusal.NOT_IDLE)

    def listed(self, number: str) -> ListedExtension:
        """Return an extension of the directory.

        Raises PbxRefused for one that is not listed, and PbxUnreachable without a
        connection, when the directory may be outdated.
        """
        if not self.connected:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        listed = self.table.directory.extensions.get(number)
        if listed is None or not listed.devices:
            raise PbxRefused(Refusal.NO_SUCH_EXTENSION)
        return listed

    def bind(self, channel_id: str, other_id: str) -> None:
        """Bind a channel of ours to another: it is ended when the other ends.

        It is ended, too, if the other is parked, and picked up by a third one.
        """
        self._bound[channel_id] = other_id

    async def hang_up(self, channel_id: str) -> None:
        """Hang a channel up, if it still exists."""
        channel = self.table.channel(channel_id)
        if channel is not None:
            await self.request(
                "Hangup", {"Channel": channel.name, "Cause": "16"}, acting=True
            )

    async def close(self) -> None:
        """Log off for good. Raises nothing."""
        self._closed = True
        self._take = self._lost = None
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
        for task in self._tasks:
            task.cancel()

    # -- events

    def _take_event(self, event: Message) -> None:
        """Handle an event, and pass on the reports of what it changes."""
        name = event.get("Event", "")
        if name == "Reload":
            self.directory_read = False
            self._report(SettingsChanged(Subject.OTHER))
        elif name == "Registry":
            self._take_registration(event)
        elif self._called and name in ("Newstate", "Hangup", "OriginateResponse"):
            self._take_progress(name, event)
        now = self._clock()
        for report in (*self.table.apply(event, now), *self.queues.apply(event, now)):
            self._report(report)
        if name == "Hangup" and self._bound:
            self._unbind(event.get("Uniqueid", ""))
        elif name in _UNPARKED and self._bound:
            self._bound.pop(event.get("RetrieverUniqueid", ""), None)
            self._unbind(event.get("ParkeeUniqueid", ""))
        too_much = (
            self.table.size > MAX_SIZE
            or self.queues.size > MAX_SIZE
            or len(self.registrations) > MAX_SIZE
        )
        if too_much and self._connection is not None:
            self._connection.cut_off()

    def registered(self, rows: Iterable[Message]) -> None:
        """Store the states of registrations, from which changes are detected."""
        self.registrations = {
            (row.get("ClientUri", ""), row.get("ServerUri", "")): row.get("Status", "")
            for row in rows
        }

    def _take_registration(self, event: Message) -> None:
        """Report a changed registration of a trunk; a refresh is ignored."""
        key = (event.get("Username", ""), event.get("Domain", ""))
        status = event.get("Status", "")
        if self.registrations.get(key) != status:
            self.registrations[key] = status
            self._report(SettingsChanged(Subject.TRUNK))

    def _take_progress(self, name: str, event: Message) -> None:
        """Handle the progress of a phone being called: it rings, or the call failed."""
        channel_id = event.get("Uniqueid", "")
        called = self._called.get(channel_id)
        if called is None or called.done():
            return
        if name == "Newstate":
            if event.get("ChannelStateDesc") in ("Ringing", "Up"):
                called.set_result(None)
        elif name == "Hangup":
            cause = event.get("Cause", "")
            called.set_result(int(cause) if cause.isdecimal() else 0)
        elif event.get("Response") == "Failure":
            # With a channel, its hang-up follows.
            if self.table.channel(channel_id) is None:
                called.set_result(NO_ROUTE)

    def _unbind(self, channel_id: str) -> None:
        """End our channels that are bound to a channel that has ended."""
        self._bound.pop(channel_id, None)
        for own, other in list(self._bound.items()):
            if other == channel_id:
                del self._bound[own]
                task = asyncio.create_task(self._give_up(own))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _give_up(self, channel_id: str) -> None:
        """End a channel, ignoring all errors."""
        with suppress(PbxError):
            await self.hang_up(channel_id)

    def _report(self, report: Report) -> None:
        """Pass on a report, if there is a listener."""
        if self._take is not None:
            self._take(report)

    def _lose(self, why: PbxError) -> None:
        """Handle a lost connection: fail the calls being made, call `lost` once."""
        lost, self._take, self._lost = self._lost, None, None
        self._bound.clear()
        for called in self._called.values():
            if not called.done():
                reason = PbxUnreachable(Unreachable.CANNOT_CONNECT, maybe_done=True)
                called.set_exception(reason)
        if lost is not None:
            lost(why)
