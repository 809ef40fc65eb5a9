"""An office whose PBX streams its calls, and panels of users on real WebSockets."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final, override

from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.pbx.client.extension_settings import (
    ExtensionSettings,
    MonitorPermission,
)
from custom_components.pbx.client.model import (
    CallDirection,
    Extension,
    ExtensionStatus,
    MonitorMode,
    ParkedCall,
    Party,
    PartyState,
    PbxInfo,
    Queue,
)
from custom_components.pbx.client.pbx import Address
from custom_components.pbx.client.report import (
    CallNow,
    ExtensionReport,
    ParkedNow,
    QueueNow,
)
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.families import FAMILIES
from tests.integration.stub import StubByStream, family

DIALING, RINGING, TALKING, HELD = (
    PartyState.DIALING,
    PartyState.RINGING,
    PartyState.TALKING,
    PartyState.HELD,
)
STAFF: Final = {"1001": "Anna", "1002": "Bruno", "1003": "Carla", "1005": "Sue"}
# The time in which a message follows its reason, and in which none follows it.
SOON: Final = 2.0
QUIET: Final = 0.4


def ext(number: str, state: PartyState, caller: bool | None = None) -> Party:
    """Return an extension's part in a call."""
    return Party(number, True, state, caller)


def outside(number: str, state: PartyState, *, caller: bool = True) -> Party:
    """Return an outside party's part in a call."""
    return Party(number, False, state, caller, "Line", f"l-{number}")


def from_outside(iden: str, state: PartyState, *callees: str) -> CallNow:
    """Return a call from outside, to extensions that all are in one state."""
    line = outside("0401234567", DIALING if state is RINGING else TALKING)
    called = (ext(number, state, False) for number in callees)
    return CallNow(iden, (line, *called), CallDirection.INBOUND, trunk="Line")


def internal(iden: str, state: PartyState, caller: str, callee: str) -> CallNow:
    """Return a call between two extensions."""
    dials = DIALING if state is RINGING else state
    parties = (ext(caller, dials, True), ext(callee, state, False))
    return CallNow(iden, parties, CallDirection.INTERNAL)


class OfficePbx(StubByStream):
    """A PBX with four extensions whose calls a test tells."""

    def __init__(self, serial: str) -> None:
        """Initialize without calls."""
        super().__init__(Address("192.0.2.7", 4711, False))
        self.serial = serial
        self.calls, self.queues, self.parked = [], [], []
        self.extensions = [
            Extension(number, name, ExtensionStatus.IDLE)
            for number, name in STAFF.items()
        ]
        self.monitor_mode = MonitorPermission.EXTENSIVE
        self.forbidden: set[str] = set()

    @override
    async def connect(self) -> PbxInfo:
        return replace(await super().connect(), serial_number=self.serial)

    @override
    async def settings(self, numbers: Collection[str]) -> tuple[ExtensionSettings, ...]:
        return tuple(
            ExtensionSettings(
                number,
                False,
                may_be_monitored=number not in self.forbidden,
                monitor_mode=self.monitor_mode,
            )
            for number in numbers
        )

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        await super().monitor(mode, supervisor, extension)
        self.status(supervisor, ExtensionStatus.RINGING)
        return None

    def tell(self, call: CallNow) -> None:
        """Report a call, and list it from now on; one without parties is over."""
        self.calls = [one for one in self.calls if one.id != call.id]
        if call.parties:
            self.calls.append(call)
        assert self.take is not None
        self.take(call)

    def wait(self, queue: Queue) -> None:
        """Report a queue, and list it from now on."""
        self.queues = [one for one in self.queues if one.number != queue.number]
        self.queues.append(queue)
        assert self.take is not None
        self.take(QueueNow(queue))

    def park(self, *calls: ParkedCall) -> None:
        """Report all parked calls, and list them from now on."""
        self.parked = list(calls)
        assert self.take is not None
        self.take(ParkedNow(calls))

    def end(self, iden: str, **more: Any) -> None:
        """Report the end of a call, with all that is known of it."""
        self.tell(CallNow(iden, recorded=True, **more))

    def status(self, number: str, status: ExtensionStatus) -> None:
        """Report the status of an extension."""
        self.extensions = [
            replace(one, status=status) if one.number == number else one
            for one in self.extensions
        ]
        assert self.take is not None
        self.take(ExtensionReport(number, status))


@dataclass
class Panel:
    """A panel of one user, which knows what the messages have told it."""

    client: MockHAClientWebSocket
    iden: int
    messages: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    queues: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def next(self) -> dict[str, Any]:
        """Return the next message, and take it over."""
        answer = await asyncio.wait_for(self.client.receive_json(), SOON)
        assert (answer["type"], answer["id"]) == ("event", self.iden)
        message: dict[str, Any] = answer["event"]
        self.messages.append(message)
        if "calls" in message:
            assert set(message) == {
                *("now", "loaded", "connected", "capabilities", "can"),
                *("calls", "monitors", "queues", "parked"),
            }
            self.known, self.calls, self.queues = {}, {}, {}
        else:
            assert message
            assert set(message) <= {
                *("changed", "gone", "monitors", "can", "recent"),
                *("queues", "parked"),
            }
        for queue in message.get("queues", ()):
            self.queues[queue["number"]] = queue
        if message.get("can"):
            can = {
                number: {key: group[key] for key in group if key != "numbers"}
                for group in message["can"]
                for number in group["numbers"]
            }
            message = {**message, "can": can}
        for call in [*message.get("calls", ()), *message.get("changed", ())]:
            self.calls[call["key"]] = call
        for key in message.get("gone", ()):
            # Another panel of the user may have known a call that this one has not.
            self.calls.pop(key, None)
        self.known |= message
        return message

    async def until(self, key: str) -> Any:
        """Return the next value that is told of something."""
        while key not in (message := await self.next()):
            pass
        return message[key]

    async def quiet(self) -> None:
        """Check that there is no further message."""
        try:
            answer = await asyncio.wait_for(self.client.receive_json(), QUIET)
        except TimeoutError:
            return
        raise AssertionError(answer)

    def parties(self) -> dict[str, list[str]]:
        """Return the numbers in each call, by its id."""
        return {
            call["call_id"]: [party["number"] for party in call["parties"]]
            for call in self.calls.values()
        }

    async def close(self) -> None:
        """End the subscription."""
        await self.client.send_json_auto_id(
            {"type": "unsubscribe_events", "subscription": self.iden}
        )
        answer = await self.client.receive_json()
        assert answer["success"]


@dataclass
class Office:
    """A PBX that is set up, and what opens panels of it."""

    hass: HomeAssistant
    pbx: OfficePbx
    entry: MockConfigEntry
    connect: WebSocketGenerator

    async def client(self, user: MockUser | None = None) -> MockHAClientWebSocket:
        """Return a connection of a user, an administrator if none is given."""
        if user is None:
            return await self.connect(self.hass)
        token = await self.hass.auth.async_create_refresh_token(user, "http://x/")
        return await self.connect(
            self.hass, self.hass.auth.async_create_access_token(token)
        )

    async def panel(
        self, user: MockUser | None = None, client: MockHAClientWebSocket | None = None
    ) -> Panel:
        """Return a panel that has got its first message."""
        client = client or await self.client(user)
        await client.send_json_auto_id(
            {"type": "pbx/subscribe_calls", "entry_id": self.entry.entry_id}
        )
        answer = await client.receive_json()
        assert answer["success"]
        assert answer["result"] is None
        panel = Panel(client, answer["id"])
        await panel.next()
        return panel

    async def recent(
        self, user: MockUser | None = None, **more: Any
    ) -> list[dict[str, Any]]:
        """Return the recent calls that a user sees."""
        client = await self.client(user)
        entry_id = self.entry.entry_id
        await client.send_json_auto_id(
            {"type": "pbx/recent_calls", "entry_id": entry_id, **more}
        )
        answer = await client.receive_json()
        assert answer["success"]
        found: list[dict[str, Any]] = answer["result"]["calls"]
        return found

    def entity_id(self, number: str, key: str) -> str:
        """Return the entity id of a sensor of an extension."""
        found = er.async_get(self.hass).async_get_entity_id(
            "sensor", DOMAIN, f"{self.pbx.serial}_{number}_{key}"
        )
        assert found is not None
        return found

    def user(self, *numbers: str, **allowed: bool) -> MockUser:
        """Return a user with rights to the sensors of some extensions."""
        user = MockUser()
        user.add_to_hass(self.hass)
        rights = {
            self.entity_id(number, key): allowed or {"read": True}
            for number in numbers
            for key in ("status", "other_party")
        }
        user.mock_policy({CAT_ENTITIES: {"entity_ids": rights}})
        return user

    def reader(self) -> MockUser:
        """Return a user who may read everything, and control nothing."""
        user = MockUser()
        user.add_to_hass(self.hass)
        user.mock_policy({CAT_ENTITIES: {"all": {"read": True}}})
        return user


type SetUp = Callable[..., Awaitable[Office]]


async def set_up_office(
    hass: HomeAssistant,
    connect: WebSocketGenerator,
    serial: str = "office-1",
    **options: Any,
) -> Office:
    """Set a PBX up; the fixture `families` forgets its family."""
    pbx = OfficePbx(serial)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=serial,
        unique_id=serial,
        data={
            "host": "192.0.2.7",
            "port": 4711,
            "ssl": False,
            "login": "api",
            "word": "cba",
            "family": serial,
        },
        options=options,
        minor_version=2,
    )
    entry.add_to_hass(hass)
    FAMILIES[serial] = replace(family(lambda _: pbx), key=serial)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return Office(hass, pbx, entry, connect)
