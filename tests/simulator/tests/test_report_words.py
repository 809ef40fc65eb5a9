"""CallFailed, NewCdr, and which reports are sent in which format: reference 2.2, 5.3."""

import pytest

from tests.simulator import ManualClock, SimTrunk
from tests.simulator.exchange import SimCall

from .wire import Receiver, Wire, again, reports

SN = ',"sn":"369362089179"}'


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock before all samples."""
    return ManualClock(1_495_000_000)


@pytest.mark.parametrize(
    ("vintage", "change", "reason"),
    [
        ("1.0.6", {"dnd": True}, "DND"),
        ("2017", {"dnd": True}, "DND"),
        ("1.0.6", {"max_calls": 0}, "486 Busy Here"),
        ("2017", {"max_calls": 0}, "User busy"),
        ("1.0.6", {"registered": False}, "480 Temporarily unavailable"),
        ("2017", {"registered": False}, "Line unreachable"),
    ],
)
async def test_call_failed(
    wire: Wire,
    legacy: Receiver,
    vintage: str,
    change: dict[str, bool | int],
    reason: str,
) -> None:
    """The words of both vintages; one party, as in the sample."""
    wire.sim.switches.failure_words = "2017" if vintage == "2017" else "1.0.6"
    for key, value in change.items():
        setattr(wire.sim.extensions["1005"], key, value)
    call = wire.sim.call("1001", "1005")
    assert await reports(wire, legacy, only=("CallFailed",)) == [
        f'{{"action":"CallFailed","reason":"{reason}","callid":"{call.call_id}",'
        '"ext":{"extid":"1005"}}'
    ]


async def test_call_failed_outside(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """The sample with a trunk: flat in the 1.0.2 format too."""
    wire.sim.trunks["Wanatel-1"] = SimTrunk("Wanatel-1")
    await again(wire, reported, "1536976927.37", clock, version="1.0.2")
    wire.sim.outbound("1002", "70871520926", trunk="Wanatel-1").reject()
    assert await reports(wire, reported, only=("CallFailed",)) == [
        '{"action":"CallFailed","reason":"603 Declined","callid":"1536976927.37",'
        '"outbound":{"from":"1002","to":"70871520926","trunk":"Wanatel-1",'
        f'"outboundid":"1536976927.38"}},"ext":{{"extid":"1002"}}{SN}'
    ]


async def test_new_cdr_sample(wire: Wire, legacy: Receiver, clock: ManualClock) -> None:
    """The sample's members in its order, with its spellings, in the PBX's local time."""
    wire.sim.identity.utc_offset = 8
    wire.sim.trunks["Apple_test"] = SimTrunk("Apple_test")
    await again(wire, legacy, "1505352445.265", clock)
    call = wire.sim.inbound("102", "1000", trunk="Apple_test")
    await clock.advance(9)
    call.answer()
    await clock.advance(29)
    call.hang_up()
    assert await reports(wire, legacy, only=("NewCdr",)) == [
        '{"action":"NewCdr","callid":"1505352445.265","timestart":"2017-09-14 09:27:25",'
        '"callfrom":"102","callto":"1000","srctrunkname":"Apple_test","callduraction":"38",'
        '"talkduraction":"29","status":"ANSWERED","type":"Inbound",'
        '"recording":"20170914092734-1505352445.265-102-1000-Inbound.wav"}'
    ]


def _talk(call: SimCall) -> None:
    call.answer()
    call.hang_up()


def _voicemail(call: SimCall) -> None:
    call.reject()
    call.hang_up()


@pytest.mark.parametrize(
    ("callee", "end", "status"),
    [
        ("1002", _talk, "ANSWERED"),
        ("1002", SimCall.hang_up, "NO ANSWER"),
        ("1002", SimCall.reject, "BUSY"),
        ("1006", _voicemail, "VOICEMAIL"),
        ("1010", None, "FAILED"),
    ],
)
async def test_cdr_words(
    wire: Wire, reported: Receiver, callee: str, end: object, status: str
) -> None:
    """Each way a call can end."""
    wire.sim.switches.recordings = False
    call = wire.sim.call("1001", callee)
    if callable(end):
        end(call)
    (cdr,) = await reports(wire, reported, only=("NewCdr",))
    assert f'"status":"{status}","type":"Internal"{SN}' in cdr


async def test_destination_trunk(wire: Wire, reported: Receiver) -> None:
    """`desttrunkname` on the v1 wire."""
    wire.sim.outbound("1002", "41000").hang_up()
    (cdr,) = await reports(wire, reported, only=("NewCdr",))
    assert '"callto":"41000","desttrunkname":"SIP-142","callduraction":"0"' in cdr
    assert '"type":"Outbound"' in cdr


async def test_voicemail_does_not_answer(wire: Wire, reported: Receiver) -> None:
    """There is no party for it: ANSWERED has the caller alone, ANSWER is not sent."""
    call = wire.sim.call("1001", "1006")
    call.reject()
    found = await reports(wire, reported, only=("ANSWER", "ANSWERED"))
    assert found == [
        f'{{"action":"ANSWERED","callid":"{call.call_id}","call":[{{"ext":{{"extid":"1001"}}}}]{SN}'
    ]


@pytest.mark.parametrize(
    ("which", "hand", "api"), [("all", 1, 1), ("api", 0, 1), ("none", 0, 0)]
)
async def test_ring_reports(
    wire: Wire, reported: Receiver, which: str, hand: int, api: int
) -> None:
    """For all calls, for those of the API, for none."""
    wire.sim.switches.ring_reports = "all" if which == "all" else "api"
    if which == "none":
        wire.sim.switches.ring_reports = "none"
    wire.sim.call("1001", "1002").hang_up()
    assert len(await reports(wire, reported, only=("RING",))) == hand
    body = {"caller": "1001", "callee": "1002", "autoanswer": "yes"}
    await wire.post("extension/dial_extension", body)
    assert len(await reports(wire, reported, only=("RING",))) == api


async def test_ring_report_of_the_callers_phone(wire: Wire, reported: Receiver) -> None:
    """By switch, the phone that dial_extension calls first is reported too."""
    wire.sim.switches.ring_report_for_caller = True
    body = {"caller": "1001", "callee": "1002"}
    call_id = (await wire.post("extension/dial_extension", body))["callid"]
    assert await reports(wire, reported, only=("RING",)) == [
        f'{{"action":"RING","callid":"{call_id}","call":[{{"ext":{{"extid":"1001"}}}}]{SN}'
    ]


@pytest.mark.parametrize(
    ("path", "version", "legacy_format"),
    [
        ("v1.1.0", None, True),
        ("v1.1.0", "1.0.0", True),
        ("v1.1.0", "1.0.1", True),
        ("v1.1.0", "2.0.0", True),
        ("v1.1.0", "1.0.2", False),
        ("v1.0.2", "1.0.2", False),
        ("v1.0.1", "1.0.2", True),
    ],
)
async def test_format_by_login(
    wire: Wire, receiver: Receiver, path: str, version: str | None, legacy_format: bool
) -> None:
    """`version` selects the format where the path's version knows it."""
    wire.version = path
    more = {} if version is None else {"version": version}
    await wire.login(port=receiver.port, **more)
    wire.sim.call("1001", "1002")
    (ring,) = await reports(wire, receiver, only=("RING",))
    assert ('"call":[' not in ring) == legacy_format


async def test_odd_format_by_switch(wire: Wire, receiver: Receiver) -> None:
    """What an undocumented `version` does is a choice."""
    wire.sim.switches.odd_report_format = "1.0.2"
    wire.sim.switches.report_serial = "none"
    await wire.login(port=receiver.port, version="2.0.0")
    call = wire.sim.call("1001", "1002")
    (alert,) = await reports(wire, receiver, only=("ALERT",))
    assert alert == (
        f'{{"action":"ALERT","callid":"{call.call_id}","call":[{{"ext":{{"extid":"1001"}}}}]}}'
    )
