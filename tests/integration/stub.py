"""A family of PBX that no code knows: it keeps its state in memory, and notes requests."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, override

from aiohttp import ClientSession
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME

from custom_components.pbx.client.errors import PbxError
from custom_components.pbx.client.extension_settings import (
    ExtensionSettings,
    MonitorPermission,
    SettingsChange,
)
from custom_components.pbx.client.model import (
    Call,
    CallDirection,
    DestinationKind,
    Extension,
    ExtensionStatus,
    HistoryCall,
    Mailbox,
    MonitorMode,
    ParkedCall,
    Party,
    PartyState,
    PbxInfo,
    Queue,
    QueueAgent,
    Trunk,
    TrunkStatus,
)
from custom_components.pbx.client.pbx import (
    HISTORY_LIMIT,
    Address,
    Capability,
    Pbx,
    ReportsByPost,
    ReportsByStream,
)
from custom_components.pbx.client.report import CallNow, Received, Report
from custom_components.pbx.client.snapshot import Snapshot
from custom_components.pbx.hub.families import Credential, Family

SERIAL: Final = "stub-1"
ALL: Final = ~Capability(0)
# Letters and dots are fine in a number of this family.
AGENT, SUPERVISOR, ABSENT = "alice", "1005", "0042"


def talking() -> CallNow:
    """Return a call from outside that the agent has answered."""
    return CallNow(
        "c-1",
        (
            Party("0401234567", False, PartyState.TALKING, True, "Line", "l-1"),
            Party(AGENT, True, PartyState.TALKING, False),
        ),
        CallDirection.INBOUND,
        trunk="Line",
    )


QUEUE: Final = Queue(
    "700",
    "Sales",
    (),
    (
        QueueAgent(AGENT, "Alice", True, False, True, None, True),
        QueueAgent("0409876543", "", True, True, False, "lunch", False),
    ),
)
PARKED: Final = ParkedCall(
    "71",
    Party("0405555555", False, PartyState.HELD, trunk="Line"),
    1_700_000_000.0,
    AGENT,
    "c-9",
)


class StubPbx(Pbx):
    """A PBX whose requests are noted in `sent`."""

    def __init__(self, address: Address) -> None:
        """Initialize an office with a call."""
        self.address = address
        self.can = ALL
        self.sent: list[tuple[Any, ...]] = []
        self.error: PbxError | None = None
        self.calls: list[CallNow] = [talking()]
        self.extensions = [
            Extension(AGENT, "Alice", ExtensionStatus.BUSY),
            Extension(SUPERVISOR, "Sue", ExtensionStatus.IDLE),
            Extension(ABSENT, "Zero", ExtensionStatus.OFFLINE),
        ]
        self.queues: list[Queue] = [QUEUE]
        self.parked: list[ParkedCall] = [PARKED]
        self.mailboxes = [Mailbox(AGENT, 2)]
        self.snapshots = 0
        self.closed = False

    @property
    @override
    def capabilities(self) -> Capability:
        return self.can

    @override
    async def connect(self) -> PbxInfo:
        if self.error is not None:
            raise self.error
        return PbxInfo(SERIAL, "Stub", "Nobody", "Stub 1", None, "9.9", "none")

    @override
    async def snapshot(
        self, *, trunks: bool = True, ask: Collection[str] = ()
    ) -> Snapshot:
        self.snapshots += 1
        return Snapshot(
            await self.connect(),
            tuple(self.extensions),
            trunks=(Trunk("Line", "SIP", TrunkStatus.REGISTERED),) if trunks else None,
            calls_now=tuple(self.calls),
            queues=tuple(self.queues),
            parked=tuple(self.parked),
            mailboxes=tuple(self.mailboxes),
        )

    def _note(self, *request: Any) -> None:
        self.sent.append(request)
        if self.error is not None:
            raise self.error

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        self._note("monitor", mode, supervisor, extension)
        return "m-1"

    @override
    async def dial(
        self, extension: str, to: str, *, outside: bool, auto_answer: bool = False
    ) -> str | None:
        self._note("dial", extension, to)
        return "d-1"

    @override
    async def hang_up(self, extension: str) -> None:
        self._note("hang_up", extension)

    @override
    async def hold(self, extension: str) -> None:
        self._note("hold", extension)

    @override
    async def resume(self, extension: str) -> None:
        self._note("resume", extension)

    @override
    async def mute(self, extension: str) -> None:
        self._note("mute", extension)

    @override
    async def unmute(self, extension: str) -> None:
        self._note("unmute", extension)

    @override
    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        self._note("transfer", call.id, to, kind)
        return None

    @override
    async def accept_call(self, call_id: str) -> None:
        self._note("accept_call", call_id)

    @override
    async def refuse_call(self, call_id: str) -> None:
        self._note("refuse_call", call_id)

    @override
    async def send_sms(self, trunk: str, number: str, message: str) -> str | None:
        self._note("send_sms", trunk, number, message)
        return None

    @override
    async def play_prompt(
        self,
        to: str,
        prompts: Sequence[str],
        *,
        outside: bool,
        auto_answer: bool = False,
        permission: str | None = None,
    ) -> str | None:
        self._note("play_prompt", to, *prompts)
        return None

    @override
    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        self._note("settings", *numbers)
        return tuple(
            ExtensionSettings(number, False, True, MonitorPermission.EXTENSIVE)
            for number in numbers
        )

    @override
    async def change_settings(self, number: str, change: SettingsChange) -> None:
        self._note("change_settings", number)

    @override
    async def call_history(
        self,
        start: datetime,
        end: datetime,
        number: str | None = None,
        limit: int = HISTORY_LIMIT,
    ) -> tuple[HistoryCall, ...]:
        self._note("call_history", number)
        return ()

    @override
    async def log_in_agent(self, queue: str, extension: str) -> None:
        self._note("log_in_agent", queue, extension)

    @override
    async def log_out_agent(self, queue: str, extension: str) -> None:
        self._note("log_out_agent", queue, extension)

    @override
    async def pause_agent(
        self, queue: str, extension: str, *, reason: str | None = None
    ) -> None:
        self._note("pause_agent", queue, extension, reason)

    @override
    async def unpause_agent(self, queue: str, extension: str) -> None:
        self._note("unpause_agent", queue, extension)

    @override
    async def pick_up(
        self, parked: ParkedCall, extension: str, *, auto_answer: bool = False
    ) -> str | None:
        self._note("pick_up", parked.slot, extension, auto_answer)
        return "p-1"

    @override
    async def close(self) -> None:
        self.closed = True


class StubByStream(StubPbx, ReportsByStream):
    """A PBX that streams its reports."""

    def __init__(self, address: Address) -> None:
        """Initialize without a connection."""
        super().__init__(address)
        self.opened = 0
        self.take: Callable[[Report], None] | None = None
        self.lost: Callable[[PbxError], None] | None = None

    @override
    async def listen(
        self, take: Callable[[Report], None], lost: Callable[[PbxError], None]
    ) -> None:
        self.opened += 1
        await self.connect()
        self.take, self.lost = take, lost


class StubByPost(StubPbx, ReportsByPost):
    """A PBX that posts its reports."""

    own_address = remote_address = "127.0.0.1"

    @override
    def parse(self, body: bytes) -> Received | None:
        return None


def family(create: Callable[[Address], Pbx]) -> Family:
    """Return the row of a family whose PBXs are made by `create`."""

    def created(
        session: ClientSession, address: Address, data: Mapping[str, Any]
    ) -> Pbx:
        assert data["login"] == "api"
        assert data["word"] == "cba"
        return create(address)

    return Family(
        key="stub",
        name="Stub",
        create=created,
        credentials=(
            Credential(CONF_USERNAME, "login"),
            Credential(
                CONF_PASSWORD, "word", secret=True, store=lambda text: text[::-1]
            ),
        ),
        default_port=4711,
        default_tls=False,
    )
