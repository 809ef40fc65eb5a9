"""Items of a list, one by one: how much nonsense they may be."""

from collections.abc import Callable
import json
import logging
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.pbx.client import (
    Extension,
    ExtensionStatus,
    PbxUnreachable,
    Snapshot,
)
from custom_components.pbx.client.yeastar.s import YeastarS, answers
from custom_components.pbx.client.yeastar.s.dialect import V1_1
from custom_components.pbx.client.yeastar.values import UnknownWords, decode
from tests.simulator import Fault, Simulator

type Listed = Callable[..., Any]


GOOD = {"extnumber": "1001", "status": "Registered", "type": "SIP", "username": "Anna"}


ANNA = Extension("1001", "Anna", ExtensionStatus.IDLE, "SIP")


@pytest.fixture
def listed(connected: YeastarS, sim: Simulator) -> Listed:
    """Return what reads a list with exactly these items."""

    async def read(*items: object) -> Snapshot:
        sim.faults.clear()
        sim.faults.add(
            Fault(
                kind="rewrite",
                endpoint="extensionlist/query",
                rewrite=lambda full: {**full, "extlist": list(items)},
            )
        )
        return await connected.snapshot()

    return read


@pytest.fixture(autouse=True)
def _no_words_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test be the first that sees a word."""
    monkeypatch.setattr(answers, "unknown_words", UnknownWords("extension"))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Registered", ExtensionStatus.IDLE),
        ("Idle", ExtensionStatus.IDLE),
        ("Ringing", ExtensionStatus.RINGING),
        ("Busy", ExtensionStatus.BUSY),
        ("Hold", ExtensionStatus.ON_HOLD),
        ("Unavailable", ExtensionStatus.OFFLINE),
        ("Unavailabl", ExtensionStatus.OFFLINE),
        ("Unregistered", ExtensionStatus.OFFLINE),
        ("Malfunction", ExtensionStatus.FAULT),
        ("Fxsnoport", ExtensionStatus.FAULT),
    ],
)
@pytest.mark.parametrize("spell", [str, str.lower, str.upper, " {} ".format])
async def test_every_status_word(
    listed: Listed, word: str, status: ExtensionStatus, spell: Callable[[str], str]
) -> None:
    """In every spelling that was seen (6.1)."""
    snapshot = await listed({**GOOD, "status": spell(word)})
    assert snapshot.extensions[0].status is status
    assert snapshot.complete


async def test_unknown_status_word_is_logged_once(
    listed: Listed, caplog: pytest.LogCaptureFixture
) -> None:
    """It is neither free nor gone; the extension itself is there."""
    for _ in range(3):
        snapshot = await listed(
            {**GOOD, "status": "Levitating"},
            {**GOOD, "extnumber": "1002", "status": "LEVITATING"},
            {**GOOD, "extnumber": "1003", "status": "Hovering" + "!" * 1000},
        )
        assert [extension.status for extension in snapshot.extensions] == [None] * 3
        assert snapshot.complete
    warnings = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components")
        and record.levelno >= logging.WARNING
    ]
    assert len(warnings) == 2
    assert "'Levitating'" in warnings[0]
    assert len(warnings[1]) < 120


async def test_words_without_end_do_not_fill_memory_and_log(
    listed: Listed, caplog: pytest.LogCaptureFixture
) -> None:
    """Fifty are enough to understand."""
    await listed(
        *(
            {**GOOD, "extnumber": str(number), "status": f"Word {number}"}
            for number in range(200)
        )
    )
    assert caplog.text.count("please report it") == 50


async def test_leading_zeros_stay(listed: Listed) -> None:
    """A number is text."""
    snapshot = await listed(*({**GOOD, "extnumber": n} for n in ("0100", "100", "00")))
    assert [extension.number for extension in snapshot.extensions] == [
        "0100",
        "100",
        "00",
    ]


@pytest.mark.parametrize("name", ["", "   ", None, [], {}, True])
async def test_name_may_be_missing(listed: Listed, name: object) -> None:
    """Then it is blank; the extension is there."""
    snapshot = await listed({**GOOD, "username": name})
    assert snapshot.extensions[0].name == ""
    assert snapshot.complete


async def test_duplicate_number_counts_once(listed: Listed) -> None:
    """The first wins, and the list is still complete."""
    snapshot = await listed(GOOD, {**GOOD, "username": "Impostor", "status": "Busy"})
    assert snapshot.extensions == (ANNA,)
    assert snapshot.complete


async def test_numbers_instead_of_strings(listed: Listed) -> None:
    """Everything is documented as a string; firmware may disagree."""
    snapshot = await listed(
        {"extnumber": 1001, "status": "Idle", "type": 5, "username": 17, "port": 1.50}
    )
    assert snapshot.extensions == (
        Extension("1001", "17", ExtensionStatus.IDLE, "5", "1.5"),
    )


@pytest.mark.parametrize(
    "item",
    [
        None,
        "1002",
        1002,
        [],
        ["1002"],
        {},
        {**GOOD, "extnumber": ""},
        {**GOOD, "extnumber": "  "},
        {**GOOD, "extnumber": None},
        {**GOOD, "extnumber": True},
        {**GOOD, "extnumber": ["1002"]},
        {"number": "1002", "status": "Idle"},
    ],
)
async def test_item_that_makes_no_sense_is_skipped(
    listed: Listed, item: object
) -> None:
    """The rest counts, and the snapshot says that it is not complete."""
    snapshot = await listed(item, GOOD)
    assert snapshot.extensions == (ANNA,)
    assert not snapshot.complete


@pytest.mark.parametrize("key", ["status", "type", "username"])
@pytest.mark.parametrize("value", [None, [], {}, False, ""])
async def test_field_of_another_type_costs_only_itself(
    listed: Listed, key: str, value: object
) -> None:
    """The extension is there, and so is everything else of it."""
    field = {"username": "name"}.get(key, key)
    for item in (
        {**GOOD, key: value},
        {name: value for name, value in GOOD.items() if name != key},
    ):
        (extension,) = (await listed(item)).extensions
        assert getattr(extension, field) in (None, "")
        for other in {"number", "name", "status", "type"} - {field}:
            assert getattr(extension, other) == getattr(ANNA, other)


async def test_empty_list_is_a_list(listed: Listed) -> None:
    """Whether to believe it is decided elsewhere."""
    snapshot = await listed()
    assert snapshot.extensions == ()
    assert snapshot.complete


json_values = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["status", "errno", "extlist", "extnumber", "username", "deviceinfo"]
            )
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_answer_at_all_breaks_the_parsing(value: Any) -> None:
    """Whatever comes is an answer or none, a list or a bad answer."""
    found = decode(json.dumps(value).encode())
    assert (found is None) == (not isinstance(value, dict))
    if found is None:
        return
    code = answers.error_code(found)
    assert code is None or isinstance(code, int)
    for read in (
        lambda: answers.ExtensionList().read(found, V1_1),
        lambda: answers.pbx_info(found, V1_1),
    ):
        try:
            result = read()
        except PbxUnreachable:
            continue
        assert str(result).encode()


@given(st.binary())
def test_no_bytes_at_all_break_the_decoding(body: bytes) -> None:
    """An object or nothing."""
    assert isinstance(decode(body), dict | None)
