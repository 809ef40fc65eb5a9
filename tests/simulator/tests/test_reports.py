"""The bytes of reports against the samples, in both formats: reference 5.3."""

import pytest

from tests.simulator import ManualClock, SimExtension, SimTrunk

from .wire import Receiver, Wire, again, reports

SN = ',"sn":"369362089179"}'
CALL = (
    "RING",
    "ALERT",
    "ANSWER",
    "ANSWERED",
    "BYE",
    "Tranfer",
    "Invite",
    "Incoming",
    "DTMF",
)


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock before all samples."""
    return ManualClock(1_495_000_000)


async def test_legacy_internal_call(
    wire: Wire, legacy: Receiver, clock: ManualClock
) -> None:
    """Parties are repeated keys, the one the action speaks about first."""
    await again(wire, legacy, "1495706238.328", clock)
    call = wire.sim.call("1002", "1000")
    call.answer()
    call.hang_up("1000")
    assert await reports(wire, legacy, only=CALL) == [
        '{"action":"RING","callid":"1495706238.328","ext":{"extid":"1000"},"ext":{"extid":"1002"}}',
        '{"action":"ALERT","callid":"1495706238.328","ext":{"extid":"1002"}}',
        '{"action":"ANSWER","callid":"1495706238.328","ext":{"extid":"1000"},"ext":{"extid":"1002"}}',
        '{"action":"ANSWERED","callid":"1495706238.328","ext":{"extid":"1002"},"ext":{"extid":"1000"}}',
        '{"action":"BYE","callid":"1495706238.328","ext":{"extid":"1000"},"ext":{"extid":"1002"}}',
    ]


async def test_legacy_outbound_call(
    wire: Wire, legacy: Receiver, clock: ManualClock
) -> None:
    """The leg's id is the call's plus one; keys pressed are reported one by one."""
    wire.sim.trunks["sip-142"] = SimTrunk("sip-142")
    await again(wire, legacy, "1495771030.365", clock)
    call = wire.sim.outbound("1002", "42003", trunk="sip-142")
    outbound = '"outbound":{"from":"1002","to":"42003","trunk":"sip-142","outboundid":"1495771030.366"}'
    assert await reports(wire, legacy, only=("RING",)) == [
        f'{{"action":"RING","callid":"1495771030.365",{outbound},"ext":{{"extid":"1002"}}}}'
    ]
    call.answer()
    call.press("2#", by=None)
    assert await reports(wire, legacy, only=("DTMF",)) == [
        '{"action":"DTMF","callid":"1495771030.365","ext":{"extid":"1002"},"info":"2"}',
        '{"action":"DTMF","callid":"1495771030.365","ext":{"extid":"1002"},"info":"#"}',
    ]


async def test_legacy_inbound_call(
    wire: Wire, legacy: Receiver, clock: ManualClock
) -> None:
    """Asked for, taken, ringing, ring-back to the outside."""
    wire.sim.trunks["sip-142"] = SimTrunk("sip-142", control_answering=True)
    await again(wire, legacy, "1495707950.331", clock)
    call = wire.sim.inbound("1000", "1002", trunk="sip-142")
    inbound = '"inbound":{"from":"1000","to":"1002","trunk":"sip-142","inboundid":"1495707950.331"}'
    head = '"callid":"1495707950.331"'
    assert await reports(wire, legacy) == [f'{{"action":"Invite",{head},{inbound}}}']
    await wire.post("inbound/accept", {"inboundid": call.call_id})
    assert await reports(wire, legacy, only=CALL) == [
        f'{{"action":"Incoming",{head},{inbound}}}',
        f'{{"action":"RING",{head},"ext":{{"extid":"1002"}},{inbound}}}',
        f'{{"action":"ALERT",{head},{inbound}}}',
    ]


async def test_internal_call_in_102(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """Parties are in `call`; BYE is sent twice."""
    await again(wire, reported, "1547375031.65", clock, version="1.0.2")
    call = wire.sim.call("1005", "1006")
    call.answer()
    call.hang_up("1006")
    one, two = '{"ext":{"extid":"1005"}}', '{"ext":{"extid":"1006"}}'
    head = '"callid":"1547375031.65"'
    assert await reports(wire, reported, only=CALL) == [
        f'{{"action":"RING",{head},"call":[{two},{one}]{SN}',
        f'{{"action":"ALERT",{head},"call":[{one}]{SN}',
        f'{{"action":"ANSWER",{head},"call":[{two},{one}]{SN}',
        f'{{"action":"ANSWERED",{head},"call":[{one},{two}]{SN}',
        f'{{"action":"BYE",{head},"call":[{two},{one}]{SN}',
        f'{{"action":"BYE",{head},"call":[{one},{two}]{SN}',
    ]


async def test_incoming_and_keys_in_102(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """The samples with a trunk and with a key."""
    wire.sim.trunks["SPS-6-36"] = SimTrunk("SPS-6-36")
    await again(wire, reported, "1547393303.354", clock, version="1.0.2")
    call = wire.sim.inbound("182737733", "1005", trunk="SPS-6-36")
    assert await reports(wire, reported, only=("Incoming",)) == [
        '{"action":"Incoming","callid":"1547393303.354","call":[{"inbound":{"from":"182737733",'
        f'"to":"1005","trunk":"SPS-6-36","inboundid":"1547393303.354"}}}}]{SN}'
    ]
    call.answer()
    call.press("2", by="1005")
    assert await reports(wire, reported, only=("DTMF",)) == [
        '{"action":"DTMF","callid":"1547393303.354","call":[{"ext":{"extid":"1005"}}],'
        f'"info":"2","flag":"0"{SN}'
    ]


async def test_transfer_by_a_user(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """`Tranfer` (sic) for a user's transfer and for forwarding, never for the API's."""
    await again(wire, reported, "1547378727.152", clock, version="1.0.2")
    call = wire.sim.call("1001", "1005", answer=True)
    call.transfer("1007", by="1005")
    assert await reports(wire, reported, only=("Tranfer",)) == [
        '{"action":"Tranfer","callid":"1547378727.152","call":[{"ext":{"extid":"1005"}},'
        f'{{"ext":{{"extid":"1001"}}}}]{SN}'
    ]
    inbound = wire.sim.inbound("0123", "1002", answer=True)
    body = {"inboundid": inbound.call_id, "extid": "1003"}
    await wire.post("inbound/transfer_extension", body)
    assert await reports(wire, reported, only=("Tranfer",)) == []


async def test_flat_reports(wire: Wire, reported: Receiver) -> None:
    """Status, settings, boot: the same in both formats."""
    sim = wire.sim
    sim.set_registered("1010", True)
    sim.set_registered("1010", True)
    sim.set_registered("1010", False)
    sim.add_extension(SimExtension("1200"))
    sim.rename_extension("1001", "Erwin")
    sim.remove_extension("1200")
    assert await reports(wire, reported) == [
        f'{{"action":"ExtensionStatus","extension":"1010","status":"Registered"{SN}',
        f'{{"action":"ExtensionStatus","extension":"1010","status":"Unregistered"{SN}',
        f'{{"action":"ConfigChange","type":"extension","extid":"1200","operation":"add"{SN}',
        f'{{"action":"ConfigChange","type":"extension","extid":"1001","operation":"update"{SN}',
        f'{{"action":"ConfigChange","type":"extension","extid":"1200","operation":"del"{SN}',
    ]
    sim.restart()
    assert await reports(wire, reported) == [f'{{"action":"BootUp"{SN}']


async def test_status_reports_of_a_call(wire: Wire, reported: Receiver) -> None:
    """Ringing, Busy, Idle; hold is not reported unless switched."""
    sim = wire.sim

    async def words(number: str) -> list[str]:
        head = f'{{"action":"ExtensionStatus","extension":"{number}","status":"'
        found = await reports(wire, reported)
        return [
            body.removeprefix(head).partition('"')[0] for body in found if head in body
        ]

    call = sim.call("1001", "1002", answer=True)
    call.hold("1002")
    call.unhold("1002")
    call.hang_up()
    assert await words("1002") == ["Ringing", "Busy", "Idle"]
    sim.switches.report_hold = True
    call = sim.call("1001", "1002", answer=True)
    call.hold("1002")
    call.unhold("1002")
    call.hang_up()
    assert await words("1002") == ["Ringing", "Busy", "Hold", "Busy", "Idle"]
    sim.extensions["1002"].status_monitored = False
    sim.call("1001", "1002")
    assert await words("1002") == []
