"""listen, whisper, barge: reference 4."""

import pytest

from tests.simulator import PRINTED_ORDER, ManualClock, Simulator

from .wire import Receiver, Wire

REQUESTS = {
    "listen": ("extension/listen", "listener", "listenedext"),
    "whisper": ("extension/whisper", "whisperer", "whisperedext"),
    "barge_in": ("extension/barge", "bargein", "bargedext"),
}


async def monitor(wire: Wire, mode: str, supervisor: str, extension: str) -> str:
    """Return the errno of a monitoring request, `Success` if it is none."""
    endpoint, monitor_field, monitored_field = REQUESTS[mode]
    body = {monitor_field: supervisor, monitored_field: extension}
    return await wire.errno(endpoint, body)


async def test_whisper_sample(wire: Wire) -> None:
    """The documented request, blank included; the answer has no call id."""
    wire.sim.call("1001", "1002", answer=True)
    body = '{"whisperer": "1005","whisperedext": "1002"}'
    assert await wire.text("extension/whisper", body) == '{"status":"Success"}'


async def test_refusal_sample(wire: Wire) -> None:
    """A refusal is the envelope with a string."""
    wire.sim.call("1001", "1002", answer=True)
    wire.sim.call("1005", "1000", answer=True)
    body = '{"listener":"1005","listenedext":"1002"}'
    assert (
        await wire.text("extension/listen", body)
        == '{"status":"Failed","errno":"10008"}'
    )


@pytest.mark.parametrize("mode", REQUESTS)
async def test_monitoring_occupies_the_supervisor(wire: Wire, mode: str) -> None:
    """A's phone is busy in a call of its own until A is hung up; B's call goes on."""
    sim = wire.sim
    call = sim.call("1001", "1002", answer=True)
    assert await monitor(wire, mode, "1005", "1002") == "Success"
    (leg,) = call.monitors
    assert (leg.mode, leg.supervisor, leg.extension, leg.state) == (
        mode,
        "1005",
        "1002",
        "active",
    )
    assert sim.status_of("1005") == "Busy"
    assert await monitor(wire, mode, "1005", "1001") == "10008"
    assert await wire.errno("extension/hangup", {"extid": "1005"}) == "Success"
    assert (call.monitors, sim.status_of("1005")) == ([], "Registered")
    assert call.state == "talking"
    assert await wire.errno("extension/hangup", {"extid": "1005"}) == "10007"


async def test_monitoring_ends_with_the_call(wire: Wire) -> None:
    """And with the monitored extension leaving it."""
    sim = wire.sim
    call = sim.inbound("0123", "1002", answer=True)
    assert await monitor(wire, "whisper", "1005", "1002") == "Success"
    call.hang_up("1002")
    assert (sim.status_of("1005"), sim.monitors) == ("Registered", {})

    call = sim.inbound("0123", "1002", answer=True)
    assert await monitor(wire, "whisper", "1005", "1002") == "Success"
    call.transfer("1003")
    assert (call.monitors, sim.status_of("1005")) == ([], "Registered")


async def test_phone_without_auto_answer_rings_first(
    wire: Wire, clock: ManualClock
) -> None:
    """Success means that the phone is called; somebody has to pick it up."""
    sim = wire.sim
    call = sim.call("1001", "1002", answer=True)
    assert await monitor(wire, "listen", "1011", "1002") == "Success"
    assert (call.monitors[0].state, sim.status_of("1011")) == ("ringing", "Ringing")
    sim.pick_up("1011")
    assert (call.monitors[0].state, sim.status_of("1011")) == ("active", "Busy")
    await clock.run_for(120)
    assert call.monitors[0].state == "active"


async def test_nobody_picks_up(wire: Wire, clock: ManualClock) -> None:
    """The leg goes when the phone has rung long enough."""
    sim = wire.sim
    call = sim.call("1001", "1002", answer=True)
    await monitor(wire, "listen", "1011", "1002")
    await clock.run_for(29)
    assert sim.status_of("1011") == "Ringing"
    await clock.run_for(1)
    assert (call.monitors, sim.status_of("1011")) == ([], "Registered")


async def test_auto_answer_may_take_a_moment(wire: Wire, clock: ManualClock) -> None:
    """The switch lets the phone be seen ringing."""
    sim = wire.sim
    sim.switches.auto_answer_delay = 1.5
    call = sim.call("1001", "1002", answer=True)
    await monitor(wire, "listen", "1005", "1002")
    assert (call.monitors[0].state, sim.status_of("1005")) == ("ringing", "Ringing")
    await clock.run_for(1.5)
    assert (call.monitors[0].state, sim.status_of("1005")) == ("active", "Busy")


def break_rules(sim: Simulator, broken: set[str]) -> tuple[str, str]:
    """Break the named conditions; return who is to monitor whom."""
    supervisor, extension = "1005", "1002"
    if "10007" not in broken:
        sim.call("1001", "1002", answer=True)
    if "10008" in broken:
        sim.call("1005", "1000", answer=True)
    if "10009" in broken:
        sim.extensions["1002"].allow_being_monitored = False
    if "10010" in broken:
        sim.extensions["1005"].monitor_mode = "Disabled"
    if "10006" in broken:
        extension = "4711"
    if "10004" in broken:
        supervisor = " "
    return supervisor, extension


@pytest.mark.parametrize("mode", REQUESTS)
@pytest.mark.parametrize("order", [None, PRINTED_ORDER], ids=["recommended", "printed"])
@pytest.mark.parametrize(
    "errno", ["10004", "10006", "10007", "10008", "10009", "10010"]
)
async def test_each_error_alone(
    wire: Wire, mode: str, order: tuple[str, ...] | None, errno: str
) -> None:
    """One broken condition gives its code whatever the order."""
    if order is not None:
        wire.sim.switches.monitor_order = order
    supervisor, extension = break_rules(wire.sim, {errno})
    # An unknown extension is in no call either; the printed order tests that first.
    expected = "10007" if errno == "10006" and order is not None else errno
    assert await monitor(wire, mode, supervisor, extension) == expected
    assert wire.sim.monitors == {}


RECOMMENDED = ["10004", "10006", "10008", "10010", "10009", "10007"]
PRINTED = ["10004", "10007", "10010", "10008", "10006", "10009"]


@pytest.mark.parametrize(
    "order", [RECOMMENDED, PRINTED], ids=["recommended", "printed"]
)
@pytest.mark.parametrize("position", range(6))
async def test_order_of_the_errors(wire: Wire, order: list[str], position: int) -> None:
    """With everything broken from a position on, the first of them is answered."""
    if order is PRINTED:
        wire.sim.switches.monitor_order = PRINTED_ORDER
    broken = set(order[position:])
    if order is PRINTED and position in (2, 3, 4):
        # What is tested before needs both extensions: nobody unknown is in a call or busy.
        broken.discard("10006")
    supervisor, extension = break_rules(wire.sim, broken)
    if order[position] == "10006":
        supervisor = "4711"
    assert await monitor(wire, "whisper", supervisor, extension) == order[position]


async def test_unknown_supervisor(wire: Wire) -> None:
    """Either extension may be the one that does not exist."""
    wire.sim.call("1001", "1002", answer=True)
    assert await monitor(wire, "whisper", "4711", "1002") == "10006"


async def test_missing_fields(wire: Wire) -> None:
    """No body at all is told from a missing field."""
    for endpoint, monitor_field, monitored_field in REQUESTS.values():
        assert await wire.errno(endpoint) == "20007"
        assert await wire.errno(endpoint, {}) == "10004"
        assert await wire.errno(endpoint, {monitor_field: "1005"}) == "10004"
        assert await wire.errno(endpoint, {monitored_field: "1002"}) == "10004"


@pytest.mark.parametrize(
    ("monitor_mode", "allowed"),
    [
        ("Extensive", {"listen", "whisper", "barge_in"}),
        ("Listen", {"listen"}),
        ("Whisper", {"whisper"}),
        ("Barge-in", {"barge_in"}),
        ("Disabled", set()),
    ],
)
async def test_what_a_mode_covers(
    wire: Wire, monitor_mode: str, allowed: set[str]
) -> None:
    """`Extensive` allows all, the others only themselves."""
    wire.sim.extensions["1005"].monitor_mode = monitor_mode
    for mode in REQUESTS:
        call = wire.sim.call("1001", "1002", answer=True)
        expected = "Success" if mode in allowed else "10010"
        assert await monitor(wire, mode, "1005", "1002") == expected
        call.hang_up()


async def test_choices_of_the_emulator(wire: Wire) -> None:
    """A = B, an absent supervisor, a ringing and a holding extension."""
    sim = wire.sim
    call = sim.call("1001", "1002")
    assert await monitor(wire, "whisper", "1005", "1002") == "10007"
    sim.switches.monitor_ringing_errno = None
    assert await monitor(wire, "whisper", "1005", "1002") == "Success"
    await wire.post("extension/hangup", {"extid": "1005"})
    call.answer()
    assert await monitor(wire, "whisper", "1005", "1005") == "10008"
    sim.switches.monitor_self_errno = "10007"
    assert await monitor(wire, "whisper", "1005", "1005") == "10007"
    sim.extensions["1005"].registered = False
    assert await monitor(wire, "whisper", "1005", "1002") == "10008"
    sim.switches.monitor_absent_errno = "10006"
    assert await monitor(wire, "whisper", "1005", "1002") == "10006"
    sim.extensions["1005"].registered = True
    call.hold("1002")
    sim.switches.monitor_hold_errno = "10015"
    assert await monitor(wire, "whisper", "1005", "1002") == "10015"
    sim.switches.monitor_hold_errno = None
    assert await monitor(wire, "whisper", "1005", "1002") == "Success"


async def test_one_listener_at_a_time(wire: Wire) -> None:
    """Whisper and barge pages do not repeat the rule of the listen page."""
    call = wire.sim.call("1001", "1002", answer=True)
    assert await monitor(wire, "listen", "1005", "1002") == "Success"
    assert await monitor(wire, "listen", "1000", "1002") == "10009"
    assert await monitor(wire, "listen", "1000", "1001") == "Success"
    assert await monitor(wire, "whisper", "1011", "1002") == "Success"
    assert [leg.supervisor for leg in call.monitors] == ["1005", "1000", "1011"]
    await wire.post("extension/hangup", {"extid": "1000"})
    wire.sim.switches.monitor_second_errno = None
    assert await monitor(wire, "listen", "1000", "1002") == "Success"


async def test_supervising_is_no_call(wire: Wire) -> None:
    """A supervisor who monitors cannot be monitored."""
    wire.sim.call("1001", "1002", answer=True)
    await monitor(wire, "listen", "1005", "1002")
    assert await monitor(wire, "listen", "1000", "1005") == "10007"
    assert await wire.errno("extension/hold", {"extid": "1005"}) == "10007"


async def test_reports_of_a_monitor_leg(wire: Wire, reported: Receiver) -> None:
    """Only the supervisor's status is reported, unless a switch wants more."""
    sim = wire.sim
    sim.call("1001", "1002", answer=True)
    await sim.reports_sent()
    reported.take()
    await monitor(wire, "whisper", "1005", "1002")
    await wire.post("extension/hangup", {"extid": "1005"})
    await sim.reports_sent()
    assert reported.take() == [
        '{"action":"ExtensionStatus","extension":"1005","status":"Busy","sn":"369362089179"}',
        '{"action":"ExtensionStatus","extension":"1005","status":"Idle","sn":"369362089179"}',
    ]
    sim.switches.monitor_reports = sim.switches.monitor_cdr = True
    await monitor(wire, "whisper", "1005", "1002")
    await wire.post("extension/hangup", {"extid": "1005"})
    await sim.reports_sent()
    assert reported.actions() == [
        "ExtensionStatus",
        "RING",
        "ANSWER",
        "BYE",
        "ExtensionStatus",
        "NewCdr",
    ]
