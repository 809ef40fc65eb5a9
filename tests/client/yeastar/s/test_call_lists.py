"""Calls and trunks as the lists tell them."""

from typing import Any, Literal

from hypothesis import given, strategies as st
import pytest

from custom_components.pbx.client import Party, PartyState
from custom_components.pbx.client.yeastar.s import YeastarS, answers
from custom_components.pbx.client.yeastar.s.dialect import V1_1
from custom_components.pbx.client.yeastar.s.v1 import lists
from custom_components.pbx.client.yeastar.s.v1.found import FoundCall, Ties
from tests.client.calls.told import DIALING, INBOUND, OUTBOUND, RINGING, TALKING
from tests.client.conftest import polled
from tests.simulator import Simulator

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


def told(*settings: dict[str, Any]) -> dict[str, Ties]:
    """Return what settings of extensions tell of their calls."""
    return lists.ties({"extinfos": list(settings)}, V1_1)


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
            caller="1001",
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
    answers.trunks(answer)
    found = lists.inbound_calls(answer) or []
    lists.outbound_calls(answer, ("1001", "1002"), found)
    told({"extnumber": "1001", "ext": own, "outbound": own}, {"ext": own})
    told(own)  # type: ignore[arg-type]


# -- what the phones tell of their calls


def test_phone_names_its_lines_and_the_other_ends() -> None:
    """Of a call with the outside its line, of a call inside the other extension (3.4)."""
    assert told(
        {
            "extnumber": "1001",
            "inbound": [{"inboundid": "7.1"}],
            "outbound": [{"outboundid": "7.2"}, {"ouboundid": "7.3"}],
            "ext": [{"extid": "1002"}, {"extid": "1003"}],
        }
    ) == {"1001": Ties(("7.1", "7.2", "7.3"), ("1002", "1003"))}


def test_object_may_be_one_of_several() -> None:
    """Firmware that tells an object tells one call of each kind (3.4)."""
    single = told({"extnumber": "1001", "ext": {"extid": "1002"}})
    assert single == {"1001": Ties(others=("1002",), whole=False)}
    several = told({"extnumber": "1001", "ext": [{"extid": "1002"}]})
    assert several == {"1001": Ties(others=("1002",))}


@pytest.mark.parametrize("other", ["1001", "", None, 1002])
def test_other_end_that_cannot_be_is_none(other: object) -> None:
    """Itself, nobody, or what is no text."""
    assert told({"extnumber": "1001", "ext": [{"extid": other}]}) == {"1001": Ties()}


def test_settings_of_nobody_are_passed_over() -> None:
    """They could be those of any phone."""
    assert told({"ext": [{"extid": "1001"}]}) == {}
    assert lists.ties({}, V1_1) == {}


def test_calls_are_all_that_is_taken_from_the_settings() -> None:
    """They hold the passwords of the phones; a call says nothing but who and where."""
    secrets = {
        "registerpassword": "xMn5W4Gs",
        "loginpassword": "5e12ba8dd1083a7f946e457cf3c18779",
        "vmsecret": "731001",
        "email": "anna@example.org",
        "moblie": "0170123456",
    }
    found = told(
        {
            **secrets,
            "extnumber": "1001",
            "username": "Secret Name",
            "ext": {"extid": "1002", **secrets},
            "outbound": {"outboundid": "7.2", **secrets},
        },
    )
    assert found == {"1001": Ties(("7.2",), ("1002",), whole=False)}
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
    snapshot = await polled(connected)
    assert sim.requests_to("extension/query")
    assert not [secret for secret in sim.secrets if secret in repr(snapshot)]
    assert snapshot.calls is not None
    assert {
        (call.direction, call.numbers, call.answered) for call in snapshot.calls
    } == {
        (INBOUND, ("1001",), False),
        (OUTBOUND, ("1006",), True),
    }


async def test_call_handed_on_to_another_extension_is_found_there(
    connected: YeastarS, sim: Simulator
) -> None:
    """The list still names who dialled; the phone that has it names its line."""
    call = sim.outbound("1001", "777", answer=True)
    call.transfer("1002", "1001")
    snapshot = await polled(connected)
    assert snapshot.calls is not None
    (found,) = snapshot.calls
    assert found.numbers == ("1001",)
    assert snapshot.ties["1002"].lines == (found.outside[0].leg,)


def test_state_of_parties_is_one_of_ours() -> None:
    """Whatever a list says, a found party takes part."""
    for call in (inbound(), inbound(status="Wait"), *outbound(OUT_ROW)):
        for party in call.outside:
            assert party.state is not PartyState.GONE
