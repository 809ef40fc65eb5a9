"""The contract that every family of PBX fulfils."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto
from typing import Final

from .calls.ledger import MakeReader
from .calls.whole import WholeCalls
from .errors import PbxError, PbxRefused, Refusal
from .extension_settings import ExtensionSettings, SettingsChange
from .model import Call, DestinationKind, HistoryCall, MonitorMode, ParkedCall, PbxInfo
from .report import Received, Report
from .snapshot import Snapshot

HISTORY_LIMIT: Final = 100
MAX_HISTORY_LIMIT: Final = 1000


class Capability(Flag):
    """The capabilities of a PBX; a function without its capability must not be offered."""

    LISTEN = auto()
    WHISPER = auto()
    BARGE_IN = auto()
    DIAL = auto()
    HANG_UP = auto()
    HOLD = auto()
    MUTE = auto()
    TRANSFER = auto()
    INBOUND_CONTROL = auto()
    SMS = auto()
    PROMPT = auto()
    SETTINGS = auto()
    MONITOR_PERMISSIONS = auto()
    HISTORY = auto()
    QUEUES = auto()
    AGENT_LOGIN = auto()
    AGENT_PAUSE = auto()
    PARKED_CALLS = auto()
    PICK_UP = auto()
    VOICEMAIL = auto()

    MONITOR = LISTEN | WHISPER | BARGE_IN


@dataclass(frozen=True, slots=True)
class Address:
    """The host name or literal IP address of a PBX, its TCP port, and whether it uses TLS.

    `web` tells whether the web interface of the PBX is at the same address.
    """

    host: str
    port: int
    tls: bool
    web: bool = True

    @property
    def url(self) -> str:
        """Return the address as a URL without a path, for HTTP."""
        return f"{'https' if self.tls else 'http'}://{self._netloc}"

    @property
    def shown(self) -> str:
        """Return the address as a user knows it: a URL where a browser can open it."""
        return self.url if self.web else self._netloc

    @property
    def _netloc(self) -> str:
        """Return host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """The address a PBX reports to: plain HTTP, a TCP port and a path without a slash.

    `host` is None for the address that our requests come from.
    """

    host: str | None
    port: int
    path: str

    def url(self, own_address: str) -> str:
        """Return the URL, given the address that our requests come from."""
        host = self.host or own_address
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/{self.path}"


# The characters of feature codes.
CODE_CHARACTERS: Final = frozenset("*#")


def check_history(start: datetime, end: datetime, limit: int) -> None:
    """Raise ValueError for arguments that `Pbx.call_history` does not accept."""
    if start.tzinfo is not None or end.tzinfo is not None:
        raise ValueError("The PBX's local time has no zone")
    if end < start:
        raise ValueError("The end is before the start")
    if not 1 <= limit <= MAX_HISTORY_LIMIT:
        raise ValueError(f"The limit is 1 to {MAX_HISTORY_LIMIT}")


class Pbx(ABC):
    """One PBX. Its methods raise subclasses of PbxError only.

    Acting methods also raise ValueError, with nothing sent, for an invalid argument such
    as a number that `dial_string` refuses. An acting request is never repeated once it
    may have been carried out, which `maybe_done` of PbxUnreachable tells. A method whose
    capability is missing raises PbxRefused with Refusal.UNSUPPORTED.

    A family whose PBXs report by themselves is a `ReportsByPost` or a `ReportsByStream`
    too. `call_reader` makes the reader of its calls for a switchboard.
    """

    address: Address
    call_reader: MakeReader = WholeCalls

    @property
    @abstractmethod
    def capabilities(self) -> Capability:
        """Return the capabilities; after `connect`, those of this version of the PBX."""

    @abstractmethod
    async def connect(self) -> PbxInfo:
        """Log in where that has not been done yet, and return the identity of the PBX."""

    @abstractmethod
    async def snapshot(self, *, trunks: bool = True) -> Snapshot:
        """Return everything that is polled, trunks if wanted; keep the session alive."""

    async def is_code(self, number: str) -> bool:
        """Return whether a number that can be dialled is a feature code of the PBX.

        By codes a phone joins the calls of others, or changes what the PBX does.
        """
        return not CODE_CHARACTERS.isdisjoint(number)

    @abstractmethod
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Call the supervisor's phone and join it to the extension's call.

        Returns when the supervisor's phone is being called, not when it answered: the
        id of that call where the PBX tells it, else None.
        """

    # -- Capability.DIAL

    async def dial(
        self,
        extension: str,
        to: str,
        *,
        outside: bool,
        auto_answer: bool = False,
    ) -> str | None:
        """Call an extension's phone and, once it answers, another number.

        `outside` tells an outside number, as the PBX's routes want it dialled, from an
        extension, whose right to call out is used. `auto_answer` asks the phone to
        pick up by itself. Returns when the first phone is being called: the call id
        where told, else None.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.HANG_UP

    async def hang_up(self, extension: str) -> None:
        """End the call of an extension, also one in which it monitors another."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.HOLD

    async def hold(self, extension: str) -> None:
        """Put an extension's call on hold."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    async def resume(self, extension: str) -> None:
        """Resume an extension's call on hold."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.MUTE

    async def mute(self, extension: str) -> None:
        """Mute an extension for the other party."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    async def unmute(self, extension: str) -> None:
        """Unmute an extension for the other party."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.TRANSFER

    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        """Connect the outside party of a call with another destination.

        `permission` is the extension whose right to call out is used for an outside
        number, None for one that takes part in the call. Returns the call id where
        told. Refusal.UNSUPPORTED, with nothing sent, for a call without outside line.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.INBOUND_CONTROL

    async def accept_call(self, call_id: str) -> None:
        """Accept an inbound call that the PBX asks about; Refusal.TOO_LATE after 10 s."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    async def refuse_call(self, call_id: str) -> None:
        """Refuse an inbound call that the PBX asks about; Refusal.TOO_LATE after 10 s."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.SMS

    async def send_sms(self, trunk: str, number: str, message: str) -> str | None:
        """Send a text message through a mobile trunk; returns its id where told.

        At most 2000 characters, neither control characters (line breaks) nor those
        beyond Unicode's basic plane (emoji), else ValueError. Returns when the PBX took
        it, not when it was sent.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.PROMPT

    async def play_prompt(
        self,
        to: str,
        prompts: Sequence[str],
        *,
        outside: bool,
        auto_answer: bool = False,
        permission: str | None = None,
    ) -> str | None:
        """Call an extension or an outside number and play prompts, one after the other.

        `prompts` are names of the PBX's own audio files. `permission` is the extension
        whose right to call out is used; an outside number needs it, else
        Refusal.MISSING_PARAMETER. The rest is as in `dial`.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.SETTINGS

    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        """Read settings of some extensions; a costly request, to be used rarely.

        Unknown extensions are missing from the result; a request for a single one may
        raise Refusal.NO_SUCH_EXTENSION instead.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    async def change_settings(self, number: str, change: SettingsChange) -> None:
        """Change settings of an extension, all or none; send nothing if all are None.

        Refusal.TOO_OFTEN means that they are written, but not in effect yet, any other
        refusal that nothing was changed.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.HISTORY

    async def call_history(
        self,
        start: datetime,
        end: datetime,
        number: str | None = None,
        limit: int = HISTORY_LIMIT,
    ) -> tuple[HistoryCall, ...]:
        """Read the records of calls that began in a span of time, the newest first.

        `start` and `end` are the PBX's local time without a zone, in whole seconds,
        both inclusive; ValueError for one with a zone, an end before the start, and a
        `limit` that is not 1 to MAX_HISTORY_LIMIT.
        `number` is an extension, None for all. Of more than `limit` the newest are
        returned. Refusal.TOO_MUCH: ask for a shorter span.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.AGENT_LOGIN

    async def log_in_agent(self, queue: str, extension: str) -> None:
        """Make an extension an agent of a queue.

        Refusal.NO_SUCH_QUEUE, Refusal.NO_SUCH_EXTENSION; an agent who is logged in
        already is no error.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    async def log_out_agent(self, queue: str, extension: str) -> None:
        """Remove an extension from a queue.

        Refusal.NO_SUCH_QUEUE, Refusal.NOT_AN_AGENT for no agent of the queue,
        Refusal.FIXED_AGENT for one who is in it by the configuration of the PBX.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.AGENT_PAUSE

    async def pause_agent(
        self, queue: str, extension: str, *, reason: str | None = None
    ) -> None:
        """Pause an agent of a queue; Refusal.NOT_AN_AGENT for no agent of it."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    async def unpause_agent(self, queue: str, extension: str) -> None:
        """Unpause an agent of a queue; Refusal.NOT_AN_AGENT for no agent of it."""
        raise PbxRefused(Refusal.UNSUPPORTED)

    # -- Capability.PICK_UP

    async def pick_up(
        self, parked: ParkedCall, extension: str, *, auto_answer: bool = False
    ) -> str | None:
        """Call an extension's phone and connect it with a parked call.

        Refusal.NOT_PARKED for a call that is not parked any more. The rest is as in
        `dial`.
        """
        raise PbxRefused(Refusal.UNSUPPORTED)

    @abstractmethod
    async def close(self) -> None:
        """Log out for good. Raises nothing, also when the PBX does not answer.

        Requests under way, and those that follow, raise PbxUnreachable.
        """


class ReportsByPost(ABC):
    """A PBX that posts its reports over HTTP to an address it is told.

    `report_target` is told to the PBX with every login and while the session lives;
    None asks for no reports.
    """

    report_target: ReportTarget | None = None

    @property
    @abstractmethod
    def own_address(self) -> str:
        """Return our literal IP address towards the PBX; blank before the first request."""

    @property
    @abstractmethod
    def remote_address(self) -> str:
        """Return the PBX's literal IP address; blank before the first request."""

    @abstractmethod
    def parse(self, body: bytes) -> Received | None:
        """Return what a report says, None for a body that is none. Raises nothing."""


class ReportsByStream(ABC):
    """A PBX that streams its reports on a connection that we open."""

    @abstractmethod
    async def listen(
        self, take: Callable[[Report], None], lost: Callable[[PbxError], None]
    ) -> None:
        """Connect, log in and begin to receive; return when reports arrive from now on.

        `take` is called with each report, in order. `lost` is called once when the
        connection breaks, and not by `close`; after it, `listen` may be called again.
        Raises what `connect` does.
        """
