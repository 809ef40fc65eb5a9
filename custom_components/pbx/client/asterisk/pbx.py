"""The contract of a PBX, fulfilled for Asterisk with or without FreePBX."""

import asyncio
from collections.abc import Callable, Collection, Iterable
import time
from typing import Final, override

from ..errors import PbxError, PbxUnreachable, Unreachable
from ..model import Extension, PbxInfo, Trunk, TrunkStatus
from ..pbx import Address, Capability, ReportsByStream
from ..report import Report
from ..snapshot import Snapshot
from . import rights
from .actions import CallActions
from .connection import Message
from .directory import (
    Directory,
    ListedExtension,
    caller_id_name,
    caller_id_number,
    from_freepbx,
    from_hints,
)
from .grouped_call import trunk_name
from .queue_actions import QueueActions
from .session import ManagerSession
from .settings import StoredSettings

_REGISTRATION_WORDS: Final = {
    "Registered": TrunkStatus.REGISTERED,
    "Unregistered": TrunkStatus.UNREGISTERED,
    "Rejected": TrunkStatus.FAULT,
    "Stopped": TrunkStatus.DISABLED,
}
# Devices that are phones or trunks; others are lamps, queues and voicemail boxes.
_LINES: Final = ("PJSIP/", "SIP/", "IAX2/", "DAHDI/")
_OUT_OF_REACH: Final = frozenset({"UNAVAILABLE", "INVALID"})


class Asterisk(CallActions, QueueActions, StoredSettings, ReportsByStream):
    """An Asterisk 16 to 22, over its manager interface on TCP or TLS.

    Each report contains the whole call. The manager interface has no hold, call history
    and messages, so `capabilities` lacks them (reference, section 7).
    """

    def __init__(
        self,
        address: Address,
        username: str,
        secret: str,
        *,
        fingerprint: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Initialize without a connection; nothing is sent before the first request.

        The secret never crosses the wire, but is needed in clear to answer the
        challenge. `fingerprint` pins the certificate by its SHA-256 in hex; without it
        the system's CAs verify it. `clock` returns seconds since the epoch.
        """
        self.address = address
        self._session = ManagerSession(address, username, secret, fingerprint, clock)
        self._capabilities = rights.all_capabilities()
        self._info: PbxInfo | None = None
        self._info_generation = 0
        # The table tracks the events during one reading only, so readings take turns.
        self._reading = asyncio.Lock()

    @property
    @override
    def capabilities(self) -> Capability:
        """Return what the user may do; before `connect`, all that Asterisk can do."""
        return self._capabilities

    @override
    async def connect(self) -> PbxInfo:
        """Log in where that has not been done yet, and return the identity of the PBX.

        Also reads the user's rights and the extensions (reference, sections 2 and 3).
        Raises PbxLoginRejected, PbxWrongService, PbxNotTrusted, PbxUnreachable, and
        PbxRightMissing for a user without the rights that reading needs.
        """
        session = self._session
        await session.connect()
        generation = session.generation
        if self._info is None or self._info_generation != generation:
            core = (await session.request("CoreSettings")).fields
            serial_number = await session.variable("ENTITYID")
            if not serial_number:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            await self._read_directory()
            freepbx = session.table.directory.freepbx
            self._capabilities = rights.capabilities_of(
                session.actions, session.readable, freepbx=freepbx
            )
            manufacturer = "FreePBX" if freepbx else "Asterisk"
            self._info = PbxInfo(
                serial_number=serial_number,
                name=core.get("SystemName") or manufacturer,
                manufacturer=manufacturer,
                model="Asterisk",
                hardware_version=None,
                firmware_version=core.get("AsteriskVersion") or None,
                api_version=core.get("AMIversion", ""),
            )
            self._info_generation = generation
        return self._info

    async def _read_directory(self) -> None:
        """Read the extensions again after a login or reload (reference, section 3)."""
        session = self._session
        if session.directory_read:
            return
        session.directory_read = True  # before reading: a reload meanwhile resets it
        users = await session.rows("DBGetTree", {"Family": "AMPUSER"})
        if users:
            devices = await session.rows("DBGetTree", {"Family": "DEVICE"})
            session.table.directory = from_freepbx(users, devices)
            return
        directory = from_hints(await session.rows("ExtensionStateList"))
        if directory.extensions:
            listed = [
                await self._with_name(one) for one in directory.extensions.values()
            ]
        else:
            listed = await self._endpoints()
        session.table.directory = Directory({one.number: one for one in listed})

    async def _with_name(self, listed: ListedExtension) -> ListedExtension:
        """Return an extension with the name in its first phone's caller id."""
        caller_id = await self._caller_id(listed.devices[0])
        return ListedExtension(
            listed.number,
            caller_id_name(caller_id),
            listed.devices,
            await self._mailbox(listed.devices[0]),
        )

    async def _endpoints(self) -> list[ListedExtension]:
        """Return the extensions of a PBX without hints: endpoints with a caller id."""
        listed = []
        for row in await self._session.rows("DeviceStateList"):
            device = row.get("Device", "")
            if not device.startswith("PJSIP/"):
                continue
            caller_id = await self._caller_id(device)
            if caller_id_number(caller_id):
                name = caller_id_name(caller_id)
                mailbox = await self._mailbox(device)
                number = trunk_name(device)
                listed.append(ListedExtension(number, name, (device,), mailbox))
        return listed

    async def _caller_id(self, device: str) -> str:
        """Return the caller id of a device, blank if none is set."""
        return await self._endpoint(device, "callerid")

    async def _mailbox(self, device: str) -> str | None:
        """Return the first voicemail box of a device, None if it has none."""
        box = (await self._endpoint(device, "mailboxes")).partition(",")[0].strip()
        return f"{box}@default" if box and "@" not in box else box or None

    async def _endpoint(self, device: str, option: str) -> str:
        """Return an option of a device, blank if it is not set."""
        if not device.startswith("PJSIP/"):
            return ""
        return await self._session.variable(
            f"PJSIP_ENDPOINT({trunk_name(device)},{option})"
        )

    @override
    async def snapshot(
        self, *, trunks: bool = True, ask: Collection[str] = ()
    ) -> Snapshot:
        """Read extensions, channels, queues and trunks (reference, section 4).

        The list of channels is complete, so `ask` has no effect. The extensions are
        read again after a reload. Raises the errors of `connect`.
        """
        async with self._reading:
            info = await self.connect()
            session = self._session
            table = session.table
            await self._read_directory()
            table.begin_list()
            queues = session.queues
            queues.begin_list()
            registrations = None
            if trunks:
                registrations = await session.rows("PJSIPShowRegistrationsOutbound")
                session.registered(registrations)
            devices = (await session.request("DeviceStateList")).rows
            channels = (await session.request("CoreShowChannels")).rows
            on_hold = frozenset[str]()
            if table.new_connection:
                on_hold = await session.on_hold(channels)
            table.take_list(channels, devices, session.now, on_hold)
            can = self._capabilities
            if Capability.QUEUES in can:
                rows = (await session.request("QueueStatus")).rows
                queues.take_queues(rows, session.now)
            if Capability.PARKED_CALLS in can:
                rows = (await session.request("ParkedCalls")).rows
                queues.take_parked(rows, session.now)
            boxes = trunks and Capability.VOICEMAIL in can
            if boxes:
                rows = (await session.request("VoicemailUsersList")).rows
                queues.take_mailboxes(rows)
            return Snapshot(
                info,
                tuple(
                    Extension(listed.number, listed.name, table.status(listed.number))
                    for listed in table.directory.extensions.values()
                ),
                trunks=None if registrations is None else self._trunks(registrations),
                calls_now=table.calls(),
                again_soon=table.uncertain,
                queues=queues.queues() if Capability.QUEUES in can else None,
                parked=queues.parked() if Capability.PARKED_CALLS in can else None,
                mailboxes=queues.mailboxes() if boxes else None,
            )

    def _trunks(self, registrations: Iterable[Message]) -> tuple[Trunk, ...]:
        """Return the trunks: registrations, and lines that belong to no extension."""
        trunks = {
            row.get("ObjectName", ""): Trunk(
                row.get("ObjectName", ""),
                "PJSIP",
                _REGISTRATION_WORDS.get(row.get("Status", "")),
            )
            for row in registrations
        }
        table = self._session.table
        for device in table.device_names():
            name = trunk_name(device)
            if (
                device.startswith(_LINES)
                and device not in table.directory.by_device
                and name not in trunks
            ):
                down = table.device_state(device) in _OUT_OF_REACH
                status = TrunkStatus.DOWN if down else TrunkStatus.UP
                trunks[name] = Trunk(name, device.partition("/")[0], status)
        return tuple(trunks.values())

    @override
    async def listen(
        self, take: Callable[[Report], None], lost: Callable[[PbxError], None]
    ) -> None:
        """Connect, and pass on reports in the order of the events.

        Raises the errors of `connect`.
        """
        await self.connect()
        self._session.listen(take, lost)

    @override
    async def close(self) -> None:
        """Log off for good. Raises nothing."""
        await self._session.close()
