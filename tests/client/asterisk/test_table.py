"""The table of channels: what it derives from lists and events."""

from collections.abc import Iterable, Set as AbstractSet

import pytest

from custom_components.pbx.client.asterisk.channels import ChannelTable
from custom_components.pbx.client.asterisk.grouped_call import SPY_ID
from custom_components.pbx.client.model import (
    CallDirection,
    CallOutcome,
    ExtensionStatus,
)
from custom_components.pbx.client.report import CallNow, ExtensionReport, Report

from .captured import IDLE, events, quiet_table

NOW = 1000.0


def row(
    name: str,
    unique: str,
    linked: str = "",
    *,
    state: str = "Up",
    bridge: str = "",
    application: str = "Dial",
    data: str = "",
    number: str = "",
    exten: str = "",
) -> dict[str, str]:
    """Return a channel as a row of a list."""
    return {
        "Channel": name,
        "Uniqueid": unique,
        "Linkedid": linked or unique,
        "ChannelStateDesc": state,
        "BridgeId": bridge,
        "Application": application,
        "ApplicationData": data,
        "CallerIDNum": number,
        "Exten": exten,
        "Duration": "00:01:30",
    }


TALK = [
    row("PJSIP/1002-00000001", "1.1", bridge="b1"),
    row("PJSIP/1001-00000002", "1.2", "1.1", bridge="b1", application="AppDial"),
]
INBOUND = [
    row("PJSIP/itsp-00000001", "1.1", bridge="b1", number="0123456789"),
    row("PJSIP/1001-00000002", "1.2", "1.1", bridge="b1", application="AppDial"),
]


def found(
    rows: Iterable[dict[str, str]], on_hold: AbstractSet[str] = frozenset()
) -> ChannelTable:
    """Return a table that connected while these channels existed."""
    table = quiet_table()
    table.begin_connection()
    table.begin_list()
    table.take_list(rows, IDLE, NOW, on_hold)
    return table


def parties(call: CallNow) -> list[str]:
    """Return the parties of a call, each with its state."""
    return [f"{party.number} {party.state}" for party in call.parties]


def hear(table: ChannelTable, **event: str) -> list[Report]:
    """Apply one event to a table."""
    return table.apply(event, NOW)


def test_ringing_before_the_dialling_is_told() -> None:
    """Test a phone that rings before the event that names its ring group."""
    table = quiet_table()
    caller = {"Channel": "PJSIP/itsp-1", "Uniqueid": "1.1", "Linkedid": "1.1"}
    callee = {"Channel": "PJSIP/1003-2", "Uniqueid": "1.2", "Linkedid": "1.1"}
    ringing = callee | {"ChannelStateDesc": "Ringing"}
    hear(table, Event="Newchannel", ChannelStateDesc="Ring", Exten="5550102", **caller)
    hear(table, Event="Newchannel", ChannelStateDesc="Down", Exten="s", **callee)
    rung = ExtensionReport("1003", ExtensionStatus.RINGING)
    assert hear(table, Event="Newstate", **ringing) == [rung]
    (told,) = hear(
        table, Event="DialBegin", Exten="600", DestUniqueid="1.2", Uniqueid="1.1"
    )
    assert isinstance(told, CallNow)
    assert (told.via, len(told.parties)) == ("600", 2)


def test_phone_that_rang_before_the_connection_is_shown() -> None:
    """Test a ringing phone whose dialling was told before the events began."""
    table = quiet_table()
    caller = {"Channel": "PJSIP/1002-1", "Uniqueid": "1.1", "Linkedid": "1.1"}
    hear(table, Event="Newstate", ChannelStateDesc="Ring", **caller)
    callee = {"Channel": "PJSIP/1003-2", "Uniqueid": "1.2", "Linkedid": "1.1"}
    told = hear(table, Event="Newstate", ChannelStateDesc="Ringing", **callee)
    assert isinstance(told[0], CallNow)
    assert parties(told[0]) == ["1002 dialing", "1003 ringing"]


def test_a_call_is_found_whole() -> None:
    """Test that a listed call has its begin on our clock, and no time of its answer."""
    (call,) = found(TALK).calls()
    assert parties(call) == ["1002 talking", "1001 talking"]
    assert call.direction is CallDirection.INTERNAL
    assert call.started_at == NOW - 90
    assert call.answered_at is None


def test_a_phone_with_two_legs_in_a_call_is_one_party() -> None:
    """Test that the talking leg counts where several phones share a number."""
    for second in ("PJSIP/1001-00000003", "PJSIP/1001-00000000"):
        ringing = row(second, "1.3", "1.1", state="Ringing", application="AppDial")
        for rows in ([*TALK, ringing], [ringing, *TALK]):
            (call,) = found(rows).calls()
            assert parties(call) == ["1002 talking", "1001 talking"]


def test_a_call_from_outside_is_found() -> None:
    """Test that a listed inbound call has its trunk, and the channel to transfer."""
    (call,) = found(INBOUND).calls()
    assert call.direction is CallDirection.INBOUND
    assert call.trunk == "itsp"
    assert parties(call) == ["0123456789 talking", "1001 talking"]
    assert call.parties[0].leg == "PJSIP/itsp-00000001"


@pytest.mark.parametrize(
    ("on_hold", "states"),
    [
        ({"1.2"}, ["1002 held", "1001 talking"]),
        ({"1.1"}, ["1002 talking", "1001 held"]),
        ({"1.1", "1.2"}, ["1002 held", "1001 held"]),
        ({"9.9"}, ["1002 talking", "1001 talking"]),
    ],
)
def test_who_holds_is_concluded_from_the_other_end(
    on_hold: set[str], states: list[str]
) -> None:
    """Test that a party holds if the other one is on hold; both may hold."""
    assert parties(found(TALK, on_hold=on_hold).calls()[0]) == states


def test_in_a_conference_who_holds_all_others_is_known() -> None:
    """Test that in a conference a party holds only if all others are on hold."""
    third = row("PJSIP/1003-00000003", "1.3", "1.1", bridge="b1", application="AppDial")
    (call,) = found([*TALK, third], on_hold={"1.2", "1.3"}).calls()
    assert parties(call) == ["1002 held", "1001 talking", "1003 talking"]
    (call,) = found([*TALK, third], on_hold={"1.3"}).calls()
    assert {str(party.state) for party in call.parties} == {"talking"}


def test_what_an_event_told_of_hold_meanwhile_is_newer() -> None:
    """Test that a party that resumes while the list is read does not hold."""
    table = quiet_table()
    table.begin_connection()
    table.begin_list()
    hear(
        table,
        Event="Unhold",
        Channel="PJSIP/1002-00000001",
        Uniqueid="1.1",
        Linkedid="1.1",
        ChannelStateDesc="Up",
    )
    table.take_list(
        [{**one, "BridgeId": "b1"} for one in TALK], IDLE, NOW, on_hold={"1.2"}
    )
    assert table.status("1002") == "busy"


def test_a_supervisor_is_found_and_is_in_no_call() -> None:
    """Test a supervisor of any origin: no call of its own, but its phone is in use."""
    table = found(
        [
            *TALK,
            row("PJSIP/1005-00000003", "3.1", application="ChanSpy", data="1.2,qwESu"),
        ]
    )
    assert len(table.calls()) == 1
    assert table.status("1005") == "busy"
    assert table.channels_of("1005")[0].id == "3.1"


def test_a_caller_in_a_queue_is_found() -> None:
    """Test that a listed caller waits alone in its queue."""
    caller = row(
        "PJSIP/itsp-00000001",
        "1.1",
        application="Queue",
        data="700,t,,,60",
        number="0123456789",
    )
    (call,) = found([caller]).calls()
    assert (call.via, parties(call)) == ("700", ["0123456789 dialing"])


def test_a_call_through_a_pair_is_one_call() -> None:
    """Test that parties connected by bridges and a Local pair talk to each other."""
    (call,) = found(
        [
            row("PJSIP/itsp-00000001", "1.1", bridge="b1", number="0123"),
            row("Local/1003@from-queue-00000001;1", "1.2", "1.1", bridge="b1"),
            row("Local/1003@from-queue-00000001;2", "1.3", "1.1", bridge="b2"),
            row(
                "PJSIP/1003-00000004", "1.4", "1.1", bridge="b2", application="AppDial"
            ),
        ]
    ).calls()
    assert parties(call) == ["0123 talking", "1003 talking"]


def test_calls_that_share_a_bridge_are_one() -> None:
    """Test that channels in one bridge are one call, though their Linkedids differ."""
    rows = [
        row("PJSIP/itsp-00000001", "1.1", bridge="b2", number="0123"),
        row("PJSIP/1003-00000004", "2.2", "2.1", bridge="b2", application="AppDial"),
    ]
    (call,) = found(rows).calls()
    assert (call.id, parties(call)) == ("1.1", ["0123 talking", "1003 talking"])


def test_what_is_over_after_a_new_connection_is_gone_at_once() -> None:
    """Test that a new connection's list removes ended calls, and keeps the others."""
    table = found(TALK)
    table.begin_connection()
    table.begin_list()
    table.take_list([], IDLE, NOW)
    assert table.calls() == ()
    assert table.status("1001") == "idle"


def test_a_list_alone_needs_two_to_end_a_call_that_events_told() -> None:
    """Test that only a second list ends a call: its Hangup events may be under way."""
    table = quiet_table()
    for at, event in events("22", "internal_answered"):
        if at < 1:
            table.apply(event, NOW)
    for left in (1, 0):
        table.begin_list()
        table.take_list([], IDLE, NOW)
        assert len(table.calls()) == left


def test_what_only_a_list_showed_is_over_when_the_next_lacks_it() -> None:
    """Test that a call that may have ended before events arrived is soon read again."""
    table = found(TALK)
    assert table.uncertain
    table.begin_list()
    table.take_list([], IDLE, NOW)
    assert table.calls() == ()
    assert not table.uncertain


def test_the_phone_of_a_transferor_is_in_no_call_any_more() -> None:
    """Test that a transferor alone in its bridge left the call; its line is in use."""
    rows = [
        row("PJSIP/itsp-00000001", "1.1", bridge="b2", number="0123"),
        row("PJSIP/1001-00000002", "1.2", "1.1", bridge="b1", application="AppDial"),
        row("PJSIP/1003-00000003", "1.3", "1.1", bridge="b2", application="AppDial"),
    ]
    table = found(rows)
    assert parties(table.calls()[0]) == ["0123 talking", "1003 talking"]
    assert table.status("1001") == "busy"


def test_who_waits_for_a_transferor_is_still_in_the_call() -> None:
    """Test that a party alone in its bridge, but on hold, remains in the call."""
    rows = [
        row("PJSIP/itsp-00000001", "1.1", bridge="b1", number="0123"),
        row("PJSIP/1001-00000002", "1.2", "1.1", bridge="b2", application="AppDial"),
        row("PJSIP/1003-00000003", "1.3", "1.1", bridge="b2", application="AppDial"),
    ]
    table = found(rows, on_hold={"1.1"})
    assert parties(table.calls()[0]) == [
        "0123 talking",
        "1001 talking",
        "1003 talking",
    ]


def test_who_was_transferred_waits_for_an_answer() -> None:
    """Test that a transferred party, found while the callee rings, is dialling."""
    rows = [
        row("PJSIP/1002-00000002", "1.2", "1.1"),
        row(
            "PJSIP/1003-00000003", "1.3", "1.1", state="Ringing", application="AppDial"
        ),
    ]
    (call,) = found(rows).calls()
    assert parties(call) == ["1002 dialing", "1003 ringing"]


def test_events_are_newer_than_the_list_they_come_with() -> None:
    """Test that ended, new and changed channels of events outlast an older list."""
    table = found(TALK)
    table.begin_list()
    hear(table, Event="Hangup", Uniqueid="1.1", Cause="16")
    hear(table, Event="Hangup", Uniqueid="1.2", Cause="16")
    for at, event in events("22", "internal_answered"):
        if at < 0.3:
            table.apply(event, NOW)
    hear(table, Event="Hangup", Uniqueid="9.9", Cause="16")
    table.take_list([*TALK, row("PJSIP/1004-00000009", "9.9")], IDLE, NOW)
    (call,) = table.calls()
    assert parties(call) == ["1002 dialing", "1001 ringing"]


def test_a_phone_that_we_call_to_supervise_is_in_no_call() -> None:
    """Test that our supervisor's channel is known by its id, before it spies."""
    table = quiet_table()
    ours = f"{SPY_ID}1"
    channel = {"Uniqueid": ours, "Linkedid": ours, "Channel": "PJSIP/1005-00000001"}
    told = hear(table, Event="Newchannel", ChannelStateDesc="Down", **channel)
    told += hear(table, Event="Newstate", ChannelStateDesc="Ringing", **channel)
    told += hear(table, Event="Newstate", ChannelStateDesc="Up", **channel)
    told += hear(table, Event="Hangup", Cause="16", **channel)
    assert told == [
        ExtensionReport("1005", status)
        for status in (
            ExtensionStatus.RINGING,
            ExtensionStatus.BUSY,
            ExtensionStatus.IDLE,
        )
    ]


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("0", CallOutcome.MISSED),
        ("16", CallOutcome.MISSED),
        ("17", CallOutcome.BUSY),
        ("21", CallOutcome.REJECTED),
        ("26", CallOutcome.ANSWERED_ELSEWHERE),
        ("1", CallOutcome.FAILED),
        ("20", CallOutcome.FAILED),
        ("34", CallOutcome.FAILED),
        ("many", CallOutcome.MISSED),
    ],
)
def test_the_cause_tells_how_a_leg_ended(cause: str, outcome: CallOutcome) -> None:
    """Test the outcome by hang-up cause: DialStatus is the same for a rejected call."""
    table = quiet_table()
    told: list[Report] = []
    for _, event in events("22", "internal_unanswered"):
        if event["Event"] == "Hangup" and event["Channel"].startswith("PJSIP/1003"):
            event = {**event, "Cause": cause}
        told += table.apply(event, NOW)
    last = [report for report in told if isinstance(report, CallNow)][-1]
    assert dict(last.left)["1003"] is outcome


def test_a_device_alone_says_nothing_but_in_reach_or_not() -> None:
    """Test that a device's state tells only whether the phone is reachable."""
    table = quiet_table()
    for state in ("INUSE", "BUSY", "ONHOLD", "RINGING", "RINGINUSE"):
        assert (
            hear(table, Event="DeviceStateChange", Device="PJSIP/1001", State=state)
            == []
        )
    for state, status in (
        ("UNAVAILABLE", "offline"),
        ("NOT_INUSE", "idle"),
        ("INVALID", "offline"),
        ("UNKNOWN", None),
    ):
        (report,) = hear(
            table, Event="DeviceStateChange", Device="PJSIP/1001", State=state
        )
        assert isinstance(report, ExtensionReport)
        assert report.status == status


def test_without_rights_to_hear_of_devices_a_phone_is_unknown() -> None:
    """Test that the status is unknown, not guessed."""
    table = ChannelTable()
    table.directory = quiet_table().directory
    assert table.status("1001") is None
    assert table.status("nobody") is None


def calls_told(reports: Iterable[Report]) -> list[CallNow]:
    """Return the reports of calls."""
    return [report for report in reports if isinstance(report, CallNow)]


def test_a_record_behind_the_end_tells_of_the_voicemail() -> None:
    """Test that a late record tells of the voicemail where no message was left."""
    table = quiet_table()
    told: list[Report] = []
    late = []
    hear(table, Event="Cdr", LastApplication="Dial", UniqueID="0.0")
    for _, event in events("16", "inbound_to_voicemail"):
        if event["Event"] == "MessageWaiting":
            continue
        if event["Event"] == "Cdr":
            late.append(event)
            continue
        told += table.apply(event, NOW)
    before = calls_told(told)[-1]
    assert (before.outcome, before.recorded) == (CallOutcome.MISSED, False)
    after = calls_told([report for event in late for report in table.apply(event, NOW)])
    assert [(call.outcome, call.recorded) for call in after] == [
        (CallOutcome.VOICEMAIL, True)
    ]
    assert dict(after[0].left) == {"1001": CallOutcome.MISSED}


def test_a_message_left_ends_at_the_voicemail_without_any_record() -> None:
    """Test that a message tells of the voicemail where the PBX sends no records."""
    table = quiet_table()
    told: list[Report] = []
    for _, event in events("22", "inbound_to_voicemail"):
        if event["Event"] != "Cdr":
            told += table.apply(event, NOW)
    last = calls_told(told)[-1]
    assert (last.outcome, last.recorded) == (CallOutcome.VOICEMAIL, True)


@pytest.mark.parametrize(
    ("caller", "outcome"),
    [("PJSIP/1002", CallOutcome.ANSWERED), ("PJSIP/itsp", CallOutcome.MISSED)],
)
def test_a_call_that_only_the_pbx_picked_up(caller: str, outcome: CallOutcome) -> None:
    """Test that an IVR answers an extension's call, but an inbound call is missed."""
    table = quiet_table()
    channel = {"Uniqueid": "1.1", "Linkedid": "1.1", "Channel": f"{caller}-00000001"}
    told = hear(
        table, Event="Newchannel", ChannelStateDesc="Ring", Exten="7777", **channel
    )
    assert not calls_told(told)
    told = hear(table, Event="Newstate", ChannelStateDesc="Up", **channel)
    assert [party.state for party in calls_told(told)[0].parties] == ["dialing"]
    assert hear(table, Event="Newstate", ChannelStateDesc="Up", **channel) == []
    told = hear(table, Event="Hangup", Cause="16", **channel)
    assert calls_told(told)[-1].outcome is outcome


def test_how_a_call_ended_that_nobody_saw_end_is_unknown() -> None:
    """Test that a caller that vanished without a cause leaves no outcome."""
    table = quiet_table()
    channel = {"Uniqueid": "1.1", "Linkedid": "1.1", "Channel": "PJSIP/1002-00000001"}
    hear(table, Event="Newchannel", ChannelStateDesc="Ring", Exten="1001", **channel)
    told = calls_told(hear(table, Event="Hangup", Cause="16", **channel))
    assert [call.outcome for call in told] == [None, None]
    assert told[-1].left == (("1002", None),)


def test_an_agent_whom_the_queue_let_go_without_a_cause() -> None:
    """Test that a leg that ends when another one has answered is answered elsewhere."""
    table = quiet_table()
    told: list[Report] = []
    held_back = None
    for _, event in events("16", "ring_group"):
        if event["Event"] == "Hangup" and event["Channel"].startswith("PJSIP/1003"):
            held_back = {**event, "Cause": "16"}
            continue
        told += table.apply(event, NOW)
        if (
            event["Event"] == "BridgeEnter"
            and "1004 talking" in parties(table.calls()[0])
            and held_back
        ):
            told += table.apply(held_back, NOW)
            held_back = None
    assert dict(calls_told(told)[-1].left)["1003"] is CallOutcome.ANSWERED_ELSEWHERE


def test_a_channel_may_get_another_name() -> None:
    """Test that a renamed channel belongs to the extension of its new name."""
    table = found(TALK)
    hear(
        table,
        Event="Rename",
        Channel="PJSIP/1001-00000002",
        Newname="PJSIP/1004-00000007",
        Uniqueid="1.2",
    )
    assert parties(table.calls()[0]) == ["1002 talking", "1004 talking"]
    assert (table.status("1001"), table.status("1004")) == ("idle", "busy")
    assert table.named("PJSIP/1004-00000007") is table.channel("1.2")
    assert table.named("PJSIP/1001-00000002") is None
    assert hear(table, Event="Rename", Uniqueid="9.9", Newname="x") == []


def test_a_number_that_is_called_outside_comes_from_the_dial_string() -> None:
    """Test an outside number that the trunk does not send."""
    table = quiet_table()
    told: list[Report] = []
    for at, event in events("22", "outbound_answered"):
        if at < 1:
            told += table.apply(
                {
                    key: value
                    for key, value in event.items()
                    if key not in ("DestCallerIDNum", "CallerIDNum")
                },
                NOW,
            )
    assert parties(calls_told(told)[-1]) == ["1001 talking", "0123456789 talking"]


def test_a_transfer_that_failed_changes_nothing() -> None:
    """Test that the transferor of a failed transfer is still in the call."""
    table = found(TALK)
    event = {"Event": "BlindTransfer", "TransfererUniqueid": "1.2"}
    assert hear(table, Result="Invalid", **event) == []
    assert len(table.calls()[0].parties) == 2


def test_a_helper_is_nobodys_phone() -> None:
    """Test that half a Local pair that rings lets no phone ring."""
    table = quiet_table()
    local = {"Uniqueid": "1.1", "Channel": "Local/1003@from-queue-00000001;1"}
    assert hear(table, Event="Newchannel", ChannelStateDesc="Ringing", **local) == []
    assert table.calls() == ()


def test_a_list_brings_states_up_to_date() -> None:
    """Test that a list changes the states that no event changed."""
    table = quiet_table()
    for at, event in events("22", "internal_answered"):
        if at < 0.3:
            table.apply(event, NOW)
    rows = [
        row(channel.name, channel.id, channel.call.id, bridge="b1")
        for number in ("1002", "1001")
        for channel in table.channels_of(number)
    ]
    table.begin_list()
    table.take_list(rows, IDLE, NOW)
    assert parties(table.calls()[0]) == ["1002 talking", "1001 talking"]
    assert table.status("1001") == "busy"


def test_a_callee_that_left_unseen_did_not_answer_the_call_of_another() -> None:
    """Test a group of which one phone answered while there was no connection."""
    table = quiet_table()
    ringing = (
        ("PJSIP/itsp-00000001", "1.1", "Ring", "5550102"),
        ("PJSIP/1003-00000002", "1.2", "Ringing", ""),
        ("PJSIP/1004-00000003", "1.3", "Ringing", ""),
    )
    for name, unique, state, exten in ringing:
        channel = {"Channel": name, "Uniqueid": unique, "Linkedid": "1.1"}
        hear(table, Event="Newchannel", ChannelStateDesc=state, Exten=exten, **channel)
    table.begin_connection()
    table.begin_list()
    talk = [
        row("PJSIP/itsp-00000001", "1.1", bridge="b1", number="0123456789"),
        row("PJSIP/1003-00000002", "1.2", "1.1", bridge="b1", application="AppDial"),
    ]
    table.take_list(talk, IDLE, NOW)
    told: list[Report] = []
    for one in talk:
        channel = {key: one[key] for key in ("Channel", "Uniqueid", "Linkedid")}
        told += hear(table, Event="Hangup", Cause="16", **channel)
    left = dict(calls_told(told)[-1].left)
    assert left == {
        "1003": CallOutcome.ANSWERED,
        "1004": CallOutcome.ANSWERED_ELSEWHERE,
    }
