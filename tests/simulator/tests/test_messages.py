"""Text messages and prompts over the wire: reference 3.11, 5.6."""

import json

import pytest

from tests.simulator import ManualClock

from .wire import Json, Receiver, Wire

SMS = {"trunk": "GSM2-7", "phonenumber": "18396210850", "message": "%E4%BD%A0%E5%A5%BD"}
PROMPT = {"extid": "1000", "prompt": "hello111", "autoanswer": "no"}
OUTSIDE = {"outto": "41000", "prompt": "hello111", "fromext": "1000"}


async def test_text_message(wire: Wire, reported: Receiver, clock: ManualClock) -> None:
    """The PBX takes it, and reports later what became of it."""
    wire.sim.trunks["GSM2-7"].status = "Idle"
    answer = await wire.post("sms/send", SMS)
    sms_id = f"18396210850-{int(clock.now())}"
    assert answer == {"status": "Success", "smsid": sms_id}
    assert wire.sim.pbx.messages == [("GSM2-7", "18396210850", "你好")]
    wire.sim.switches.messages_delivered = False
    await wire.post("sms/send", SMS)
    await clock.run_for(2)
    await wire.sim.reports_sent()
    told = [json.loads(body) for body in reported.take()]
    assert [(report["action"], report["status"]) for report in told] == [
        ("sms-send", "Success"),
        ("sms-send", "Failed"),
    ]
    assert told[0]["smsid"] == sms_id


@pytest.mark.parametrize(
    ("change", "status", "errno"),
    [
        ({"trunk": ""}, "Idle", "10004"),
        ({"trunk": "SIP-142"}, "Idle", "10026"),
        ({"trunk": "nothing"}, "Idle", "10026"),
        ({}, "No SIM", "10027"),
        ({"phonenumber": ""}, "Idle", "10028"),
        ({"message": "x" * 2001}, "Idle", "10029"),
        ({"message": "你" * 1001}, "Idle", "10029"),
        ({"message": "😀"}, "Idle", "10029"),
        ({"message": ""}, "Idle", "10030"),
    ],
)
async def test_text_message_refused(
    wire: Wire, change: Json, status: str, errno: str
) -> None:
    """Each reason has a code of its own."""
    wire.sim.trunks["GSM2-7"].status = status
    assert await wire.errno("sms/send", {**SMS, **change}) == errno
    assert not wire.sim.pbx.messages


async def test_prompt_for_an_extension(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """The phone rings, hears the prompts, and is hung up."""
    answer = await wire.post(
        "extension/playprompt", {**PROMPT, "prompt": "hello111+appletest"}
    )
    call_id = answer["callid"]
    assert wire.sim.status_of("1000") == "Ringing"
    wire.sim.pick_up("1000")
    assert wire.sim.status_of("1000") == "Busy"
    await clock.run_for(4.9)
    assert call_id in wire.sim.calls
    await clock.run_for(0.1)
    await wire.sim.reports_sent()
    assert wire.sim.status_of("1000") == "Registered"
    (ended,) = [
        body
        for body in map(json.loads, reported.take())
        if body["action"] == "PlayPromptEnd"
    ]
    assert ended == {
        "action": "PlayPromptEnd",
        "callid": call_id,
        "ext": {"extid": "1000"},
        "prompt": "hello111+appletest",
        "sn": wire.sim.serial,
    }


async def test_prompt_with_auto_answer(wire: Wire, clock: ManualClock) -> None:
    """A phone that supports it picks up by itself."""
    await wire.post("extension/playprompt", {**PROMPT, "autoanswer": "yes"})
    assert wire.sim.status_of("1000") == "Busy"
    await clock.run_for(3)
    assert not wire.sim.calls


async def test_prompt_that_nobody_hears(wire: Wire, clock: ManualClock) -> None:
    """Success does not mean that somebody picked up, or could have."""
    wire.sim.set_registered("1000", registered=False)
    assert await wire.errno("extension/playprompt", PROMPT) == "Success"
    assert not wire.sim.calls
    wire.sim.set_registered("1000", registered=True)
    await wire.post("extension/playprompt", PROMPT)
    await clock.run_for(30)
    assert not wire.sim.calls
    for trunk in wire.sim.trunks.values():
        trunk.status = "Down"
    assert await wire.errno("outbound/playprompt", OUTSIDE) == "Success"
    assert not wire.sim.calls


async def test_prompt_for_the_outside(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """Through a trunk, which the report names `trunkname` (reference 8.31)."""
    answer = await wire.post("outbound/playprompt", OUTSIDE)
    assert (await wire.post("outbound/query"))["outbound"] == [
        {
            "outboundid": answer["callid"],
            "from": "",
            "to": "41000",
            "trunk": "SIP-142",
            "status": "Progress",
        }
    ]
    wire.sim.calls[answer["callid"]].answer()
    await clock.run_for(3)
    await wire.sim.reports_sent()
    assert not wire.sim.calls
    (ended,) = [
        body
        for body in map(json.loads, reported.take())
        if body["action"] == "PlayPromptEnd"
    ]
    assert ended["outbound"] == {"trunkname": "SIP-142"}


@pytest.mark.parametrize(
    ("endpoint", "body", "errno"),
    [
        ("extension/playprompt", {**PROMPT, "extid": ""}, "10004"),
        ("extension/playprompt", {**PROMPT, "prompt": ""}, "10004"),
        ("extension/playprompt", {**PROMPT, "extid": "1"}, "10006"),
        ("extension/playprompt", {**PROMPT, "prompt": "hello111+no"}, "10023"),
        ("outbound/playprompt", {**OUTSIDE, "fromext": ""}, "10004"),
        ("outbound/playprompt", {**OUTSIDE, "fromext": "1"}, "10006"),
        ("outbound/playprompt", {**OUTSIDE, "prompt": "no"}, "10023"),
    ],
)
async def test_prompt_refused(
    wire: Wire, endpoint: str, body: Json, errno: str
) -> None:
    """Before any phone rings."""
    assert await wire.errno(endpoint, body) == errno
    assert not wire.sim.calls


async def test_prompt_without_the_right_to_call_out(wire: Wire) -> None:
    """The right is that of the extension it is borrowed from."""
    wire.sim.extensions["1000"].may_dial_out = False
    assert await wire.errno("outbound/playprompt", OUTSIDE) == "10024"
