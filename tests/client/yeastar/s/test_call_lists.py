"""Calls and trunks as the lists tell them."""

from dataclasses import replace
from typing import Any, Literal

from hypothesis import given, strategies as st
import pytest

from custom_components.pbx.client import Extension, ExtensionStatus, Party, PartyState
from custom_components.pbx.client.yeastar.s import YeastarS, lists
from custom_components.pbx.client.yeastar.s.dialect import DIALECTS
from custom_components.pbx.client.yeastar.s.found import FoundCall
from tests.client.calls.told import (
    DIALING,
    INBOUND,
    INTERNAL,
    OUTBOUND,
    RINGING,
    TALKING,
)
from tests.simulator import Simulator

IDLE, BUSY = ExtensionStatus.IDLE, ExtensionStatus.BUSY
RINGS = ExtensionStatus.RINGING

IN_ROW = {
    "inboundid": "7.1",
    "from": "555",
    "to": "0301234",
    "trunk": "SIP-142",
    "status": "Talking",
    "callee": [{"extid": "1001"}],
}
OUT_ROW = {
    "outboundid": "7.2",
    "from": "1001",
    "to": "555",
    "trunk": "SIP-142",
    "status": "Talking",
}


def inbound(**more: Any) -> FoundCall:
    """Return the one call of an inbound list with one row."""
    found = lists.inbound_calls({"inbound": [IN_ROW | more]})
    assert found is not None
    (call,) = found
    return call


def outbound(
    *rows: dict[str, Any],
    known: str = "1001 1002",
    calls: list[FoundCall] | None = None,
) -> list[FoundCall]:
    """Return the calls of an outbound list, after those given."""
    found = lists.outbound_calls({"outbound": list(rows)}, known.split(), calls or [])
    assert found is not None
    return found


def told(
    *settings: dict[str, Any],
    calls: list[FoundCall] | None = None,
    **statuses: ExtensionStatus,
) -> tuple[list[FoundCall], frozenset[str]]:
    """Return what settings of extensions tell; `e1001` is the status of 1001."""
    extensions = tuple(
        Extension(key[1:], "", status) for key, status in statuses.items()
    )
    return lists.own_calls(
        {"extinfos": list(settings)}, DIALECTS[0], extensions, calls or []
    )


# -- from outside


def test_inbound_call_that_talks() -> None:
    """Its id is that of the call (3.8)."""
    assert inbound() == FoundCall(
        id="7.1",
        direction=INBOUND,
        numbers=("1001",),
        outside=(Party("555", False, TALKING, True, "SIP-142", "7.1"),),
        answered=True,
        dialed="0301234",
    )


@pytest.mark.parametrize("word", ["Progress", "Wait", "", None, "Hovering"])
def test_inbound_call_that_rings(word: object) -> None:
    """Nobody talks in any other state (6.3)."""
    call = inbound(status=word)
    assert not call.answered
    assert call.outside[0].state is DIALING


@pytest.mark.parametrize("word", ["talking", "TALKING", " Talking "])
def test_word_for_talking_in_any_spelling(word: str) -> None:
    """Upper and lower case mean the same elsewhere, too."""
    assert inbound(status=word).answered


def test_inbound_call_with_several_callees() -> None:
    """A group that rings; what is no extension is none, and each comes once."""
    callees = [
        {"extid": "1002"},
        {"extid": "1001"},
        {"extid": "1002"},
        {"ivrid": "6500"},
        {"extid": " "},
        None,
        "1003",
    ]
    assert inbound(callee=callees, status="Progress").numbers == ("1002", "1001")


def test_inbound_call_with_one_callee_that_is_no_list() -> None:
    """Only a list has a sample."""
    assert inbound(callee={"extid": "1001"}).numbers == ("1001",)


@pytest.mark.parametrize("value", ["", None, [], "absent"])
def test_hidden_caller(value: object) -> None:
    """A blank number, and everything else as ever."""
    row = {**IN_ROW, "from": value}
    if value == "absent":
        del row["from"]
    found = lists.inbound_calls({"inbound": [row]})
    assert found is not None
    assert found[0].outside == (Party("", False, TALKING, True, "SIP-142", "7.1"),)


def test_inbound_call_that_goes_on_to_the_outside() -> None:
    """One call with two outside parties; the line's row is no call of its own."""
    call = inbound(callee=[{"outboundid": "7.2"}])
    (found,) = outbound({**OUT_ROW, "from": "555", "to": "777"}, calls=[call])
    assert found.id == "7.1"
    assert found.numbers == ()
    assert found.outside == (
        Party("555", False, TALKING, True, "SIP-142", "7.1"),
        Party("777", False, TALKING, False, "SIP-142", "7.2"),
    )


def test_line_to_the_outside_that_has_no_row_is_left_out() -> None:
    """Nobody knows whose number it is; it may have ended between the two lists."""
    call = inbound(callee=[{"outboundid": "7.2"}], status="Progress")
    (found,) = outbound(calls=[call])
    assert [party.number for party in found.outside] == ["555"]


# -- to the outside


def test_outbound_call() -> None:
    """Its own id is not in the list, that of the line is."""
    assert outbound(OUT_ROW) == [
        FoundCall(
            id=None,
            direction=OUTBOUND,
            numbers=("1001",),
            outside=(Party("555", False, TALKING, False, "SIP-142", "7.2"),),
            answered=True,
        )
    ]
    (rings,) = outbound({**OUT_ROW, "status": "Progress"})
    assert (rings.answered, rings.outside[0].state) == (False, RINGING)


def test_outbound_id_as_it_was_printed_once() -> None:
    """Misspelled (3.4)."""
    row = {key: value for key, value in OUT_ROW.items() if key != "outboundid"}
    assert outbound(row | {"ouboundid": "7.2"}) == outbound(OUT_ROW)


def test_caller_to_the_outside_may_be_no_extension() -> None:
    """The PBX calls by itself, or for somebody outside."""
    (call,) = outbound(OUT_ROW, known="1002")
    assert call.numbers == ()


# -- malformed


@pytest.mark.parametrize("value", [None, "", {}, {"inboundid": "7.1"}, 5, "absent"])
def test_no_list_of_calls_is_not_an_empty_one(value: object) -> None:
    """Nothing follows from it."""
    answer: dict[str, Any] = {"status": "Success", "inbound": value, "outbound": value}
    if value == "absent":
        answer = {"status": "Success"}
    assert lists.inbound_calls(answer) is None
    assert lists.outbound_calls(answer, (), []) is None


@pytest.mark.parametrize(
    "row", [None, "7.1", [], {}, {"inboundid": ""}, {"inboundid": None, "from": "555"}]
)
def test_row_without_an_id_is_no_call(row: object) -> None:
    """It could be any; the others count."""
    found = lists.inbound_calls({"inbound": [row, IN_ROW]})
    assert found is not None
    assert [call.id for call in found] == ["7.1"]
    calls = lists.outbound_calls({"outbound": [row, OUT_ROW]}, (), [])
    assert calls is not None
    assert len(calls) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("inbound", "outbound", "trunklist", "extinfos", "ext", "extid"),
                    *("inboundid", "outboundid", "callee", "from", "to", "status"),
                    *("trunk", "trunkname", "extnumber"),
                ]
            ),
            inner | st.sampled_from(["1001", "1002", "7.1", "7.2"]),
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(
    st.dictionaries(st.sampled_from(["inbound", "outbound", "trunklist"]), json_values),
    json_values,
)
def test_no_list_at_all_breaks_the_reading(answer: dict[str, Any], own: object) -> None:
    """Whatever comes instead of values."""
    lists.trunks(answer)
    found = lists.inbound_calls(answer) or []
    calls = lists.outbound_calls(answer, ("1001", "1002"), found) or found
    told({"extnumber": "1001", "ext": own}, {"ext": own}, calls=calls, e1001=BUSY)
    told(own, calls=calls, e1001=BUSY, e1002=BUSY)  # type: ignore[arg-type]


# -- whom to ask, and what they tell


def test_only_who_is_in_use_and_not_shown_is_looked_into() -> None:
    """In the order of the list."""
    extensions = tuple(
        Extension(str(number), "", status)
        for number, status in enumerate((BUSY, *ExtensionStatus, None), start=1001)
    )
    found = [inbound()]
    assert lists.to_look_into(extensions, found, ()) == ["1003", "1004", "1005"]


def test_who_may_have_more_calls_than_are_shown_is_looked_into() -> None:
    """While in use: others have none."""
    extensions = Extension("1001", "", BUSY), Extension("1002", "", IDLE)
    assert lists.to_look_into(extensions, [inbound()], {"1001", "1002"}) == ["1001"]


def test_anybody_in_use_may_have_the_call_of_one_who_is_free() -> None:
    """Who dialled it, the list goes on to say."""
    extensions = Extension("1001", "", BUSY), Extension("1002", "", BUSY)
    found = [inbound(), *outbound({**OUT_ROW, "from": "1002"})]
    assert lists.to_look_into(extensions, found, ()) == []
    free = extensions[0], replace(extensions[1], status=IDLE)
    assert lists.to_look_into(free, found, ()) == ["1001"]


@pytest.mark.parametrize("shape", [lambda value: value, lambda value: [value]])
def test_internal_call_is_found_at_either_end(shape: Any) -> None:
    """Once; who called is not told. An object or a list of them (3.4)."""
    first = {"extnumber": "1001", "ext": shape({"extid": "1002"})}
    second = {"extnumber": "1002", "ext": shape({"extid": "1001"})}
    call = FoundCall(
        None, INTERNAL, ("1001", "1002"), caller_known=False, answered=True
    )
    for settings in ((first,), (second,), (first, second), (second, first)):
        found, asked = told(*settings, e1001=BUSY, e1002=BUSY)
        assert found == [call]
        assert asked == {item["extnumber"] for item in settings}


def test_internal_call_that_rings_shows_who_called() -> None:
    """The one that does not ring."""
    found, _ = told(
        {"extnumber": "1002", "ext": {"extid": "1001"}}, e1001=BUSY, e1002=RINGS
    )
    assert found == [FoundCall(None, INTERNAL, ("1001", "1002"))]
    found, _ = told(
        {"extnumber": "1001", "ext": {"extid": "1002"}}, e1001=RINGS, e1002=BUSY
    )
    assert found == [FoundCall(None, INTERNAL, ("1002", "1001"))]


def test_group_that_rings_inside_is_one_call() -> None:
    """Its caller shows only one of them, but each of them shows the caller."""
    found, _ = told(
        {"extnumber": "1005", "ext": {"extid": "1001"}},
        *({"extnumber": n, "ext": {"extid": "1005"}} for n in ("1002", "1001", "1003")),
        e1001=RINGS,
        e1002=RINGS,
        e1003=RINGS,
        e1005=BUSY,
    )
    assert found == [FoundCall(None, INTERNAL, ("1005", "1001", "1002", "1003"))]


def test_two_that_ring_at_each_other_are_a_call_without_a_caller() -> None:
    """Both have a second call; nothing more can be said."""
    found, _ = told(
        {"extnumber": "1001", "ext": {"extid": "1002"}}, e1001=RINGS, e1002=RINGS
    )
    assert found == [FoundCall(None, INTERNAL, ("1001", "1002"), caller_known=False)]


@pytest.mark.parametrize("other", ["1001", "1009", "", None, "1003"])
def test_other_end_that_cannot_be_is_no_call(other: object) -> None:
    """Itself, nobody, somebody unknown or somebody who is free."""
    found, asked = told(
        {"extnumber": "1001", "ext": {"extid": other}}, e1001=BUSY, e1003=IDLE
    )
    assert found == []
    assert asked == {"1001"}


def test_call_with_one_out_of_reach_has_half_its_ends() -> None:
    """The list calls a phone unavailable as soon as it cannot be reached, talking or not."""
    found, _ = told(
        {"extnumber": "1001", "ext": {"extid": "1003"}},
        e1001=BUSY,
        e1003=ExtensionStatus.OFFLINE,
    )
    assert found == [
        FoundCall(None, INTERNAL, ("1001",), caller_known=False, out_of_reach="1003")
    ]


def test_settings_of_strangers_are_passed_over() -> None:
    """The list of extensions decides who exists."""
    found, asked = told({"extnumber": "1009", "ext": {"extid": "1001"}}, {}, e1001=BUSY)
    assert (found, asked) == ([], frozenset())
    assert lists.own_calls({}, DIALECTS[0], (), []) == ([], frozenset())


@pytest.mark.parametrize("key", ["outboundid", "ouboundid"])
@pytest.mark.parametrize("shape", [lambda value: value, lambda value: [value]])
def test_extension_on_a_line_comes_instead_of_who_dialled(shape: Any, key: str) -> None:
    """A call to the outside that was handed on."""
    calls = outbound(OUT_ROW)
    found, _ = told(
        {"extnumber": "1002", "outbound": shape({key: "7.2", "from": "1001"})},
        calls=calls,
        e1001=IDLE,
        e1002=BUSY,
    )
    assert found == [replace(calls[0], numbers=("1002",))]


def test_extension_on_a_line_comes_to_those_it_rings_at() -> None:
    """A call from outside lists all its callees; one more is one more."""
    call = inbound()
    found, _ = told(
        {"extnumber": "1002", "inbound": {"inboundid": "7.1"}},
        {"extnumber": "1001", "inbound": {"inboundid": "7.1"}},
        {"extnumber": "1003", "inbound": {"inboundid": "9.9"}},
        calls=[call],
        e1001=BUSY,
        e1002=RINGS,
        e1003=BUSY,
    )
    assert found == [replace(call, numbers=("1001", "1002"))]


def test_calls_are_all_that_is_taken_from_the_settings() -> None:
    """They hold the passwords of the phones; a call says nothing but who and where."""
    secrets = {
        "registerpassword": "xMn5W4Gs",
        "loginpassword": "5e12ba8dd1083a7f946e457cf3c18779",
        "vmsecret": "731001",
        "email": "anna@example.org",
        "moblie": "0170123456",
    }
    found, _ = told(
        {
            **secrets,
            "extnumber": "1001",
            "username": "Secret Name",
            "ext": {"extid": "1002", **secrets},
            "outbound": {"outboundid": "7.2", **secrets},
        },
        calls=outbound(OUT_ROW),
        e1001=BUSY,
        e1002=BUSY,
    )
    assert len(found) == 2
    for secret in (*secrets.values(), "Secret Name"):
        assert secret not in repr(found)


# -- against the simulator


@pytest.mark.parametrize("shape", ["object", "array"])
async def test_everything_a_snapshot_finds_is_free_of_secrets(
    connected: YeastarS, sim: Simulator, shape: Literal["object", "array"]
) -> None:
    """Inside, from outside, to the outside, and a second call, in either shape (3.4)."""
    sim.switches.call_objects = shape
    sim.call("1001", "1002", answer=True)
    sim.inbound("555", "1001")
    sim.outbound("1006", "777", answer=True)
    snapshot = await connected.snapshot()
    assert sim.requests_to("extension/query")
    assert not [secret for secret in sim.secrets if secret in repr(snapshot)]
    assert snapshot.calls is not None
    assert {
        (call.direction, call.numbers, call.answered) for call in snapshot.calls
    } == {
        (INTERNAL, ("1001", "1002"), True),
        (INBOUND, ("1001",), False),
        (OUTBOUND, ("1006",), True),
    }


async def test_call_handed_on_to_another_extension_is_found_there(
    connected: YeastarS, sim: Simulator
) -> None:
    """The list still names who dialled."""
    call = sim.outbound("1001", "777", answer=True)
    call.transfer("1002", "1001")
    snapshot = await connected.snapshot()
    assert snapshot.calls is not None
    assert [found.numbers for found in snapshot.calls] == [("1002",)]


def test_state_of_parties_is_one_of_ours() -> None:
    """Whatever a list says, a found party takes part."""
    for call in (inbound(), inbound(status="Wait"), *outbound(OUT_ROW)):
        for party in call.outside:
            assert party.state is not PartyState.GONE
