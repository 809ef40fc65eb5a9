"""The vocabulary of reports: every word, name and misspelling."""

import json

import pytest

from custom_components.pbx.client.model import (
    CallDirection,
    CallOutcome,
    ExtensionStatus,
)
from custom_components.pbx.client.report import (
    CallFailed,
    CallRecord,
    CallReport,
    ExtensionReport,
    OtherReport,
    SettingsChanged,
    Subject,
)
from custom_components.pbx.client.yeastar.s import answers
from custom_components.pbx.client.yeastar.values import UnknownWords

from .report_samples import (
    DIALING,
    INBOUND,
    INTERNAL,
    OUTBOUND,
    RINGING,
    ext,
    told,
    trunk,
)


@pytest.fixture(autouse=True)
def _no_words_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test be the first that sees a word."""
    monkeypatch.setattr(answers, "unknown_words", UnknownWords("extension"))


@pytest.mark.parametrize("number", ["extid", "number", "extension"])
def test_names_of_an_extension(number: str) -> None:
    """Three of them, anywhere."""
    assert told(f'{{"action":"ALERT","callid":"1.2","ext":{{"{number}":"0100"}}}}') == (
        CallReport("1.2", (ext("0100", DIALING, True),))
    )
    assert told(
        f'{{"action":"ExtensionStatus","{number}":"0100","status":"Busy"}}'
    ) == (ExtensionReport("0100", ExtensionStatus.BUSY))


@pytest.mark.parametrize("name", ["trunk", "trunkname"])
@pytest.mark.parametrize("leg", ["outboundid", "ouboundid", "channelid"])
def test_names_of_a_line(name: str, leg: str) -> None:
    """Right, wrong, and those of 2.0.0."""
    body = {
        "action": "RING",
        "callid": "1.2",
        "outbound": {"to": "42003", name: "sip", leg: "1.3"},
    }
    assert told(json.dumps(body)) == CallReport(
        "1.2", (trunk("42003", RINGING, False, "sip", "1.3"),), OUTBOUND
    )


@pytest.mark.parametrize("name", ["desttrunkname", "dstrunkname", "dsttrcunkname"])
def test_names_of_the_destination_trunk(name: str) -> None:
    """Three of them (quirk 8)."""
    record = told(f'{{"action":"NewCdr","callid":"1.2","{name}":"sip"}}')
    assert record == CallRecord("1.2", "", "", None, None, trunk="sip")


@pytest.mark.parametrize("whole", ["callduraction", "callduration"])
@pytest.mark.parametrize("part", ["talkduraction", "talkduration"])
def test_names_of_durations(whole: str, part: str) -> None:
    """With and without the letter that is too many."""
    record = told(f'{{"action":"NewCdr","callid":"1.2","{whole}":"38","{part}":29}}')
    assert record == CallRecord("1.2", "", "", None, None, duration=38, talked=29)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ('"0"', 0),
        ('" 7 "', 7),
        ("7", 7),
        ('"007"', 7),
        ('"999999999"', 999999999),
        ('"9999999999"', None),
        ('"' + "9" * 5000 + '"', None),
        ("9" * 5000, None),
        ('"-1"', None),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("NaN", None),
        ('"\u0663"', None),
        ('""', None),
        ("null", None),
        ("true", None),
        ("[7]", None),
        ('"00:07"', None),
    ],
)
def test_durations(value: str, seconds: int | None) -> None:
    """Whole seconds or nothing."""
    record = told(
        f'{{"action":"NewCdr","callid":"1.2","callduraction":{value},"talkduraction":{value}}}'
    )
    assert record == CallRecord(
        "1.2", "", "", None, None, duration=seconds, talked=seconds
    )


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("ANSWERED", CallOutcome.ANSWERED),
        ("ANSWERD", CallOutcome.ANSWERED),
        ("NO ANSWER", CallOutcome.MISSED),
        ("NO ANSWERED", CallOutcome.MISSED),
        ("No Answer", CallOutcome.MISSED),
        ("BUSY", CallOutcome.BUSY),
        ("FAILED", CallOutcome.FAILED),
        ("VOICEMAIL", CallOutcome.VOICEMAIL),
        ("LEVITATED", None),
        ("", None),
    ],
)
def test_outcomes_of_records(word: str, outcome: CallOutcome | None) -> None:
    """In every spelling of the tables."""
    record = told(f'{{"action":"NewCdr","callid":"1.2","status":"{word}"}}')
    assert record == CallRecord("1.2", "", "", outcome, None)


@pytest.mark.parametrize(
    ("word", "direction", "transfer", "name"),
    [
        ("Internal", INTERNAL, False, "to"),
        ("Inbound", INBOUND, False, "from"),
        ("Outbound", OUTBOUND, False, "to"),
        ("Callback", OUTBOUND, False, "to"),
        ("Transfer", None, True, "to"),
        ("INBOUND", INBOUND, False, "from"),
        ("Sideways", None, False, "to"),
        ("", None, False, "to"),
    ],
)
def test_types_of_records(
    word: str, direction: CallDirection | None, transfer: bool, name: str
) -> None:
    """And which of two trunks is the line of the call."""
    body = '{{"action":"NewCdr","callid":"1.2","type":"{}",{}}}'
    both = '"srctrunkname":"from","desttrunkname":"to","didnumber":"555"'
    assert told(body.format(word, both)) == CallRecord(
        "1.2", "", "", None, direction, transfer, trunk=name, dialed="555"
    )
    for only in ('"srctrunkname":"x"', '"srctrunkname":" ","dstrunkname":"x"'):
        assert told(body.format(word, only)) == CallRecord(
            "1.2", "", "", None, direction, transfer, trunk="x"
        )


@pytest.mark.parametrize(
    ("value", "via", "callee"),
    [
        ("6200(4002)", "6200", "4002"),
        (" 6200 ( 4002 ) ", "6200", "4002"),
        ("4002", None, "4002"),
        ("6200()", None, "6200()"),
        ("(4002)", None, "(4002)"),
        ("6200(4002", None, "6200(4002"),
        ("6200((4002))", None, "6200((4002))"),
        ("", None, ""),
    ],
)
def test_composite_callee(value: str, via: str | None, callee: str) -> None:
    """The ring group, and who of it answered (quirk 30)."""
    record = told(f'{{"action":"NewCdr","callid":"1.2","callto":"{value}"}}')
    assert record == CallRecord("1.2", "", callee, None, None, via=via)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("NO Outbound Restriction", CallOutcome.FAILED),
        ("No Outbound Restriction", CallOutcome.FAILED),
        ("DND", CallOutcome.REJECTED),
        ("dnd", CallOutcome.REJECTED),
        ("Line unreachable", CallOutcome.FAILED),
        ("Line Unreachable", CallOutcome.FAILED),
        ("User busy", CallOutcome.BUSY),
        ("User Busy", CallOutcome.BUSY),
        ("404 NOT found", CallOutcome.FAILED),
        ("408 Request Time", CallOutcome.FAILED),
        ("410 Gone", CallOutcome.FAILED),
        ("480 Temporarily unavailable", CallOutcome.FAILED),
        ("480 Temporatily Unavailable", CallOutcome.FAILED),
        ("484 Address Incomplete", CallOutcome.FAILED),
        ("486 Busy Here", CallOutcome.BUSY),
        ("486", CallOutcome.BUSY),
        ("4860 Nonsense", CallOutcome.FAILED),
        ("487 Request Terminated", CallOutcome.MISSED),
        ("503 Service Unavailable", CallOutcome.FAILED),
        ("600 Busy Everywhere", CallOutcome.BUSY),
        ("603 Declined", CallOutcome.REJECTED),
        ("603", CallOutcome.REJECTED),
        ("Declined", CallOutcome.REJECTED),
        ("Circuit/channel congestion", CallOutcome.FAILED),
        ("", CallOutcome.FAILED),
    ],
)
def test_reasons_of_failures(reason: str, outcome: CallOutcome) -> None:
    """All of three versions; a number that is not text too."""
    body = f'{{"action":"CallFailed","callid":"1.2","reason":"{reason}"}}'
    assert told(body) == CallFailed("1.2", (), outcome)
    bare = body.replace(f'"{reason}"', reason) if reason.isdecimal() else body
    assert told(bare) == CallFailed("1.2", (), outcome)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Registered", ExtensionStatus.IDLE),
        ("Idle", ExtensionStatus.IDLE),
        ("RINGING", ExtensionStatus.RINGING),
        ("busy", ExtensionStatus.BUSY),
        ("Hold", ExtensionStatus.ON_HOLD),
        ("Unregistered", ExtensionStatus.OFFLINE),
        ("Unavailabl", ExtensionStatus.OFFLINE),
        ("Malfunction", ExtensionStatus.FAULT),
    ],
)
def test_status_words(word: str, status: ExtensionStatus) -> None:
    """The words of lists are understood in reports."""
    body = f'{{"action":"ExtensionStatus","extension":"1010","status":" {word} "}}'
    again = word == "Registered"
    assert told(body) == ExtensionReport("1010", status, registration=again)


@pytest.mark.parametrize("rest", ["", ',"status":""', ',"status":["Idle"]'])
def test_status_report_without_a_word_says_nothing(rest: str) -> None:
    """A word that is not there is not one that nobody knows."""
    body = f'{{"action":"ExtensionStatus","extension":"1010"{rest}}}'
    assert told(body) == OtherReport("ExtensionStatus")


def test_unknown_status_word_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """It is neither free nor gone, as in a list."""
    for word in ("Levitating", "LEVITATING", "Levitating"):
        body = f'{{"action":"ExtensionStatus","extension":"1010","status":"{word}"}}'
        assert told(body) == ExtensionReport("1010", None)
    assert caplog.text.count("please report it") == 1


@pytest.mark.parametrize("subject", ["extension", "Extension", "EXTENSION"])
def test_changed_extension(subject: str) -> None:
    """The word in any case."""
    body = f'{{"action":"ConfigChange","type":"{subject}"}}'
    assert told(body) == SettingsChanged(Subject.EXTENSION)
    body = f'{{"action":"ConfigChange","type":"{subject}","extid":"1001"}}'
    assert told(body) == SettingsChanged(Subject.EXTENSION, "1001")


@pytest.mark.parametrize("subject", ['"queue"', '""', "null", "[]", "17"])
def test_something_else_changed(subject: str) -> None:
    """Something did, whatever it was."""
    body = f'{{"action":"ConfigChange","type":{subject}}}'
    assert told(body) == SettingsChanged(Subject.OTHER)
