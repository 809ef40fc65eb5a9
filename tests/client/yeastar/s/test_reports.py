"""Reports in all three formats: the samples, the damaged ones, the simulator's."""

from collections.abc import Callable
import json
import re
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.pbx.client.report import (
    CallNow,
    CallReleased,
    CallTransferred,
    MailboxNow,
    OtherReport,
    ParkedNow,
    QueueNow,
    Received,
    Report,
    Restarted,
)
from custom_components.pbx.client.yeastar.s.reports import parse
from tests.simulator import Forward, SimExtension, SimTrunk, Simulator
from tests.simulator.exchange.events import Event, SettingsChanged as SettingsEvent
from tests.simulator.yeastar_s.reports import reports_of

from .report_samples import CALLS, GONE, SAMPLES, TALKING, ext, told


@pytest.mark.parametrize(("body", "report", "serial_number"), SAMPLES)
def test_every_sample(body: str, report: Report, serial_number: str | None) -> None:
    """Those of 5.3 and 5.4, character by character."""
    assert parse(body.encode()) == Received((report,), serial_number)
    assert parse(bytearray(body.encode())) == Received((report,), serial_number)


def _with_commas(body: str) -> str:
    return body.replace("}", ",}").replace("]", ",]")


def _without_last_braces(body: str) -> str:
    return body.rstrip("}")


def _with_bare_keys(body: str) -> str:
    return re.sub(r'"(\w+)":', r"\1:", body)


@pytest.mark.parametrize("spoil", [_with_commas, _without_last_braces, _with_bare_keys])
@pytest.mark.parametrize(("body", "report", "serial_number"), SAMPLES)
def test_every_sample_with_the_slips_of_the_documents(
    body: str, report: Report, serial_number: str | None, spoil: Callable[[str], str]
) -> None:
    """Quirk 16: it says the same."""
    spoiled = spoil(body)
    assert spoiled != body
    with pytest.raises(ValueError):
        json.loads(spoiled)
    assert parse(spoiled.encode()) == Received((report,), serial_number)


@pytest.mark.parametrize(("body", "report", "serial_number"), SAMPLES)
def test_every_sample_in_curly_quotes(
    body: str, report: Report, serial_number: str | None
) -> None:
    """As the page of another request prints it."""
    pieces = body.split('"')
    curly = pieces[0] + "".join(
        ("“" if index % 2 else "”") + piece for index, piece in enumerate(pieces[1:], 1)
    )
    assert parse(curly.encode()) == Received((report,), serial_number)


@pytest.mark.parametrize("body", [body for body, _, _ in SAMPLES])
def test_garbled_report_is_none(body: str) -> None:
    """Wherever it was cut, and as the simulator garbles it."""
    for cut in range(len(body)):
        assert parse(body[:cut].encode() + b"\xff{") is None


@pytest.mark.parametrize(("body", "report", "_sn"), SAMPLES)
def test_cut_report_never_says_something_else(
    body: str, report: Report, _sn: str | None
) -> None:
    """Only what is whole is read: no id and no number is shorter than it was."""
    said = str(report)
    for cut in range(len(body)):
        received = parse(body[:cut].encode())
        if received is None or isinstance(received.reports[0], OtherReport):
            continue
        (found,) = received.reports
        assert type(found) is type(report)
        for party in getattr(found, "parties", ()):
            assert not party.number or f"number={party.number!r}" in said
        for name in ("call_id", "number", "caller", "callee"):
            if getattr(found, name, ""):
                assert getattr(found, name) == getattr(report, name)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"RING"',
        b"17",
        b"{}",
        b'{"sn":"369351034049"}',
        b'{"action":""}',
        b'{"action":" ","event":null}',
        b'{"action":["RING"]}',
        b'{"action":{"action":"RING"}}',
        b'[{"action":"BootUp"}]',
        b"<html>action</html>",
        b"\xff\xfe{\x00}\x00",
        b'{"action":"BootUp"' + b" " * 65536 + b"}",
    ],
)
def test_what_is_no_report(body: bytes) -> None:
    """Nothing to count as one."""
    assert parse(body) is None


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title, " {} ".format])
@pytest.mark.parametrize(("body", "report", "serial_number"), SAMPLES)
def test_names_in_any_case(
    body: str,
    report: Report,
    serial_number: str | None,
    spell: Callable[[str], str],
) -> None:
    """`Tranfer` and `satisfaction` say that nobody took care of it."""
    name = body.split('"')[3]
    received = parse(body.replace(f'"{name}"', f'"{spell(name)}"', 1).encode())
    if isinstance(report, OtherReport):
        report = OtherReport(spell(name).strip())
    assert received == Received((report,), serial_number)


def test_transfer_in_the_right_spelling() -> None:
    """And in the wrong one: the same."""
    body = '{{"{}":"{}","callid":"1.2","members":[{{"ext":{{"number":"1005"}}}},{{"ext":{{"extension":"1001"}}}},{{"ext":{{"extid":"1002"}}}}]}}'
    for key in ("action", "event"):
        for name in ("Transfer", "Tranfer"):
            assert told(body.format(key, name)) == CallTransferred(
                "1.2", (ext("1005", GONE), ext("1001", TALKING), ext("1002", TALKING))
            )


def test_event_goes_before_action() -> None:
    """Where both are there (5.5)."""
    assert told('{"action":"RING","event":"BootUp"}') == Restarted()
    assert told('{"action":"BootUp","event":""}') == Restarted()


def test_name_of_another_report_is_short_and_printable() -> None:
    """It ends up in logs and diagnostics."""
    assert told('{"action":"x\\n\\u0000\\u202e\\ud800y"}') == OtherReport("x ?y")
    assert told(json.dumps({"event": "ä" * 1000})) == OtherReport("ä" * 40)
    assert told('{"event":30011}') == OtherReport("30011")


def test_serial_number_of_any_type() -> None:
    """Text, or none."""
    for value, serial in (
        ('"369"', "369"),
        ('" 0369 "', "0369"),
        ("369", "369"),
        ('""', None),
        ("null", None),
        ("[]", None),
        ("true", None),
    ):
        body = f'{{"action":"BootUp","sn":{value}}}'
        assert parse(body.encode()) == Received((Restarted(),), serial)


# Whatever comes.

NAMES = [*CALLS, "CallFailed", "NewCdr", "ExtensionStatus", "ConfigChange", "BootUp"]
KEYS = [
    *("action", "event", "callid", "sn", "ext", "inbound", "outbound", "call"),
    *("members", "extid", "number", "extension", "from", "to", "trunk", "inboundid"),
    *("channelid", "memberstatus", "callpath", "status", "reason", "type", "callto"),
    *("callduraction", "talkduraction", "srctrunkname", "didnumber"),
]
WORDS = ["1.2", "1001", "RING", "BYE", "ANSWER", "HOLD", "486", "603 x", "1(2)", "Busy"]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(st.binary())
def test_no_bytes_at_all_break_it(body: bytes) -> None:
    """A report or none."""
    assert isinstance(parse(body), Received | None)


@given(values)
def test_no_json_at_all_breaks_it(value: Any) -> None:
    """A report or none, of any shape."""
    assert isinstance(parse(json.dumps(value).encode()), Received | None)


@given(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(KEYS), values, max_size=8),
    st.lists(st.dictionaries(st.sampled_from(KEYS), values, max_size=4), max_size=4),
)
def test_nothing_in_a_report_breaks_it(
    name: str, fields: dict[str, Any], members: list[dict[str, Any]]
) -> None:
    """And all of it can be stored and compared."""
    body = {**fields, "event": name, "members": members}
    received = parse(json.dumps(body).encode())
    assert received is not None
    assert hash(received) == hash(parse(json.dumps(body).encode()))
    assert str(received).encode()


@given(st.sampled_from([body for body, _, _ in SAMPLES]), st.data())
def test_damaged_sample_breaks_nothing(body: str, data: st.DataObject) -> None:
    """Some bytes in the middle are others."""
    raw = body.encode()
    at = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 8))
    damaged = raw[:at] + data.draw(st.binary(max_size=8)) + raw[at + length :]
    assert isinstance(parse(damaged), Received | None)


# The simulator, which was written from the reference alone.


def _office_day(sim: Simulator) -> None:
    """Let everything happen that is reported."""
    sim.trunks["sip-142"] = SimTrunk("sip-142", control_answering=True)
    inner = sim.call("1001", "1002", answer=True)
    inner.press("2#", by="1001")
    inner.hold("1002")
    inner.unhold("1002")
    inner.transfer("1005", by="1002")
    inner.answer()
    inner.hang_up("1005")
    outer = sim.outbound("1001", "42003", trunk="sip-142")
    outer.answer()
    outer.hang_up()
    sim.outbound("1001", "42003", trunk="sip-142").reject()
    refused = sim.inbound("2000", "1002", trunk="sip-142")
    sim.exchange.refuse(refused)
    taken = sim.inbound("2000", "1002", trunk="sip-142")
    sim.exchange.accept(taken)
    taken.answer()
    taken.hang_up("1002")
    sim.call("1001", "1002").reject()
    sim.extensions["1002"].always_forward = Forward(True, "Extension", "1005")
    sim.call("1001", "1002", answer=True).hang_up()
    sim.set_registered("1006", False)
    sim.add_extension(SimExtension("1200"))
    sim.remove_extension("1200")
    sim.exchange.emit(SettingsEvent("trunk", "sip-142", "update"))
    sim.restart()


async def test_both_formats_of_the_simulator_say_the_same(sim: Simulator) -> None:
    """The same event, the same report of ours."""
    events: list[Event] = []
    sim.exchange.listeners.append(events.append)
    _office_day(sim)
    kinds: set[type[Report]] = set()
    for event in events:
        legacy, modern = (
            [
                parse(report.body)
                for report in reports_of(event, form, sim.identity, sim.switches)
            ]
            for form in ("legacy", "1.0.2")
        )
        # 1.0.2 tells BYE a second time, the other way round.
        said = [received.reports[0] for received in modern if received]
        if len(said) > len(legacy):
            first, second = said
            assert len(modern) == len(said)
            assert isinstance(first, CallReleased)
            assert second == CallReleased(first.call_id, first.parties[::-1])
            said.pop()
        assert said == [received.reports[0] for received in legacy if received]
        assert {received.serial_number for received in modern if received} <= {
            sim.identity.serial
        }
        kinds |= {type(report) for report in said}
    # It tells no call whole, no queue, no parked call and no voicemail box.
    untold = {CallNow, MailboxNow, ParkedNow, QueueNow}
    assert kinds == set(Report.__value__.__args__) - untold
