"""Trunks as the list tells them."""

import json
from typing import Any

import pytest

from custom_components.pbx.client import Trunk, TrunkStatus
from custom_components.pbx.client.yeastar.s import YeastarS, answers
from custom_components.pbx.client.yeastar.values import UnknownWords
from tests.simulator import Fault, Simulator


@pytest.fixture(autouse=True)
def _no_words_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test be the first that sees a word."""
    monkeypatch.setattr(answers, "unknown_trunk_words", UnknownWords("trunk"))


@pytest.mark.parametrize(
    ("word", "status", "usable"),
    [
        ("Registered", TrunkStatus.REGISTERED, True),
        ("Registered (Unmonitored)", TrunkStatus.REGISTERED, True),
        ("Registering", TrunkStatus.REGISTERING, False),
        ("Unregister", TrunkStatus.UNREGISTERED, False),
        ("Unregistered", TrunkStatus.UNREGISTERED, False),
        ("Failure", TrunkStatus.UNREGISTERED, False),
        ("failure", TrunkStatus.UNREGISTERED, False),
        ("Idle", TrunkStatus.IDLE, True),
        ("Busy", TrunkStatus.BUSY, True),
        ("Up", TrunkStatus.UP, True),
        ("Down", TrunkStatus.DOWN, False),
        ("Alarm", TrunkStatus.ALARM, False),
        ("Fault", TrunkStatus.FAULT, False),
        ("Disable", TrunkStatus.DISABLED, False),
        ("Disabled", TrunkStatus.DISABLED, False),
        ("Power Off", TrunkStatus.POWER_OFF, False),
        ("No SIM", TrunkStatus.NO_SIM, False),
        ("No Signal", TrunkStatus.NO_SIGNAL, False),
        ("Pin Error", TrunkStatus.PIN_ERROR, False),
        ("Unknown", None, None),
        ("Levitating", None, None),
        ("", None, None),
    ],
)
@pytest.mark.parametrize("spell", [str, str.lower, str.upper])
def test_every_trunk_word(
    word: str, status: TrunkStatus | None, usable: bool | None, spell: Any
) -> None:
    """All kinds of lines (6.2)."""
    found = answers.trunks({"trunklist": [{"trunkname": "T", "status": spell(word)}]})
    assert found == (Trunk("T", None, status),)
    assert found[0].usable is usable


def test_trunk_has_a_type_and_may_have_a_port() -> None:
    """Only a physical one does."""
    rows = [
        {"trunkname": "DIGIT1", "status": "Down", "type": "E1", "port": "Span1-Port1"},
        {"trunkname": "SIP-142", "status": "Registered", "type": "SIP"},
    ]
    assert answers.trunks({"trunklist": rows}) == (
        Trunk("DIGIT1", "E1", TrunkStatus.DOWN, "Span1-Port1"),
        Trunk("SIP-142", "SIP", TrunkStatus.REGISTERED),
    )


@pytest.mark.parametrize("value", [None, "", {}, "SIP-142", "absent"])
def test_no_list_of_trunks_is_not_an_empty_one(value: object) -> None:
    """Nothing follows from it."""
    assert answers.trunks({} if value == "absent" else {"trunklist": value}) is None
    assert answers.trunks({"trunklist": []}) == ()


def test_trunk_without_a_name_is_passed_over_and_a_second_one_is_too() -> None:
    """The name is what tells it from the others; the first wins."""
    rows = [None, "T", {}, {"trunkname": ""}, {"trunkname": "T", "status": "Up"}]
    rows.append({"trunkname": "T", "status": "Down"})
    assert answers.trunks({"trunklist": rows}) == (Trunk("T", None, TrunkStatus.UP),)


def test_unknown_trunk_word_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Not that word of the PBX's own that says the same."""
    for word in ("Levitating", "LEVITATING", "Unknown", "x" * 500):
        answers.trunks({"trunklist": [{"trunkname": "T", "status": word}]})
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 2
    assert "'Levitating'" in warnings[0]
    assert len(warnings[1]) < 120


def test_trunk_words_without_end_do_not_fill_memory_and_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Fifty are enough to understand."""
    rows = [{"trunkname": str(n), "status": f"Word {n}"} for n in range(200)]
    answers.trunks({"trunklist": rows})
    assert caplog.text.count("please report it") == 50


async def test_trunks_of_the_pbx(connected: YeastarS, sim: Simulator) -> None:
    """As the simulator shows them, and as they change."""
    sim.set_trunk_status("SIP-142", "failure")
    sim.faults.add(Fault(kind="wrong_content_type"))
    trunks = (await connected.snapshot()).trunks
    assert trunks is not None
    assert json.dumps([trunk.status for trunk in trunks]) == json.dumps(
        ["down", "fault", "no_sim", "unregistered"]
    )
