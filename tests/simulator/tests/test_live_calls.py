"""inbound/query and outbound/query against the samples: reference 3.8."""

import json

from tests.simulator import ManualClock, SimTrunk

from .wire import Wire


async def test_inbound_query_sample(wire: Wire, clock: ManualClock) -> None:
    """The sample, to the byte; all, one, several, unknown."""
    sim = wire.sim
    clock.advance(1_495_698_433 - clock.now())
    sim.exchange.next_sequence = 203
    await wire.login()
    sim.inbound("1000", "1002", trunk="SIP-142", answer=True)
    sample = (
        '{"status":"Success","inbound":[{"inboundid":"1495698433.203","from":"1000","to":"1002",'
        '"trunk":"SIP-142","status":"Talking","callee":[{"extid":"1002"}]}]}'
    )
    for body in (
        None,
        '{"inboundid":"1495698433.203"}',
        '{"inboundid":"1.1,1495698433.203"}',
    ):
        assert await wire.text("inbound/query", body) == sample
    assert await wire.text("inbound/query", '{"inboundid":"1.1"}') == (
        '{"status":"Success","inbound":[]}'
    )
    sim.switches.unknown_call_in_query = "10007"
    assert (
        await wire.errno("inbound/query", {"inboundid": "1.1,1495698433.203"})
        == "10007"
    )


async def test_outbound_query_sample(wire: Wire, clock: ManualClock) -> None:
    """The sample, to the byte: the leg's id is the call's sequence plus one."""
    sim = wire.sim
    clock.advance(1_495_705_009 - clock.now())
    sim.exchange.next_sequence = 315
    await wire.login()
    call = sim.outbound("1002", "41000", answer=True)
    assert call.call_id == "1495705009.315"
    assert await wire.text("outbound/query") == (
        '{"status":"Success","outbound":[{"outboundid":"1495705009.316","from":"1002",'
        '"to":"41000","trunk":"SIP-142","status":"Talking"}]}'
    )


async def test_call_status_words(wire: Wire) -> None:
    """Progress while it rings, Wait while it is asked for or queued, else Talking."""
    sim = wire.sim

    async def words() -> dict[str, str]:
        rows = (await wire.post("inbound/query"))["inbound"]
        return {row["from"]: row["status"] for row in rows}

    sim.trunks["ask"] = SimTrunk("ask", control_answering=True)
    sim.inbound("01", "1000", trunk="ask")
    sim.inbound("02", "1003")
    sim.exchange.queues["6700"] = ["1010"]
    sim.inbound("03", "6700")
    sim.inbound("04", "6500")
    assert await words() == {
        "01": "Wait",
        "02": "Progress",
        "03": "Wait",
        "04": "Talking",
    }
    rows = json.loads(await wire.text("inbound/query"))["inbound"]
    assert [row["callee"] for row in rows] == [
        [],
        [{"extid": "1003"}],
        [],
        [{"ivrid": "6500"}],
    ]
