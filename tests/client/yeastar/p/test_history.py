"""The call records of the P-Series."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.pbx.client import (
    CallDirection,
    CallOutcome,
    PbxRefused,
    PbxUnreachable,
    Refusal,
)
from custom_components.pbx.client.yeastar.p import YeastarP, history
from tests.simulator.exchange.cdr import CallRecord, Outcome
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.front import Fault

NOON = datetime(2026, 8, 9, 12, 0, 0)


def record(sim: PSimulator, minutes: int, **changes: Any) -> None:
    """Let a call have begun so many minutes after noon."""
    started = NOON.replace(tzinfo=UTC).timestamp() + 60.0 * minutes
    given: dict[str, Any] = {
        "call_id": f"1660000{minutes:03}.{minutes}",
        "kind": "internal",
        "caller": "1001",
        "callee": "1002",
        "source_trunk": "",
        "destination_trunk": "",
        "started": started,
        "answered": started + 5,
        "ended": started + 25,
        "outcome": Outcome.ANSWERED,
    }
    sim.exchange.records.append(CallRecord(**{**given, **changes}))


def minutes(found: tuple[Any, ...]) -> list[int]:
    """Return when calls began, in minutes after noon."""
    return [int((call.started_at - NOON).total_seconds() / 60) for call in found]


HOUR = (NOON, NOON + timedelta(hours=1))


async def test_a_record_tells_all(sim: PSimulator, pbx: YeastarP) -> None:
    """Who called whom, how, how long, through which line."""
    record(
        *(sim, 1),
        kind="inbound",
        caller="5503301",
        source_trunk="SIP-142",
        did="0399",
        outcome=Outcome.VOICEMAIL,
    )
    (call,) = await pbx.call_history(*HOUR)
    assert (call.caller, call.callee) == ("5503301", "1002")
    assert call.started_at == NOON + timedelta(minutes=1)
    assert call.direction is CallDirection.INBOUND
    assert call.outcome is CallOutcome.VOICEMAIL
    assert (call.trunk, call.dialed) == ("SIP-142", "0399")
    assert (call.duration, call.talked) == (25, 20)


@pytest.mark.parametrize("date", ["YYYY/MM/DD", "MM/DD/YYYY", "DD-MM-YYYY"])
@pytest.mark.parametrize("twelve_hours", [False, True])
@pytest.mark.parametrize("filtered", [True, False])
async def test_every_format_of_times(
    sim: PSimulator, pbx: YeastarP, date: Any, twelve_hours: bool, filtered: bool
) -> None:
    """The newest first, within the span, though the PBX may not heed it."""
    sim.api.date_format, sim.api.twelve_hours = date, twelve_hours
    sim.api.records_filtered = filtered
    for minute in (-1, 0, 30, 60, 61, 800):
        record(sim, minute)
    assert minutes(await pbx.call_history(*HOUR)) == [60, 30, 0]
    assert minutes(await pbx.call_history(*HOUR, limit=1)) == [60]
    late = (NOON + timedelta(minutes=800),) * 2
    assert minutes(await pbx.call_history(*late)) == [800]


async def test_records_of_one_extension(sim: PSimulator, pbx: YeastarP) -> None:
    """As caller or callee, exactly."""
    record(sim, 1)
    record(sim, 2, caller="1005", callee="1001")
    record(sim, 3, caller="1005", callee="21001")
    record(sim, 4, caller="1005", callee="6200(1001)")
    assert minutes(await pbx.call_history(*HOUR, "1001")) == [4, 2, 1]


async def test_all_pages_are_read(
    sim: PSimulator, pbx: YeastarP, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PBX that gives smaller pages than asked for; but not without end."""
    sim.api.max_page_size = 3
    for minute in range(10):
        record(sim, minute)
    assert len(await pbx.call_history(*HOUR)) == 10
    monkeypatch.setattr(history, "MAX_PAGES", 3)
    with pytest.raises(PbxRefused) as refused:
        await pbx.call_history(*HOUR)
    assert refused.value.refusal is Refusal.TOO_MUCH


async def test_unnamed_format(sim: PSimulator, pbx: YeastarP) -> None:
    """Older firmware: the year in front can be read, the order of others is unknown."""
    sim.api.formats_told = False
    record(sim, 1)
    assert minutes(await pbx.call_history(*HOUR)) == [1]
    sim.api.date_format = "MM/DD/YYYY"
    with pytest.raises(PbxRefused) as refused:
        await pbx.call_history(*HOUR)
    assert refused.value.refusal is Refusal.UNSUPPORTED


async def test_no_records(sim: PSimulator, pbx: YeastarP) -> None:
    """Neither an empty list nor an error for no data is a failure."""
    assert await pbx.call_history(*HOUR) == ()
    sim.front.faults.append(Fault("60001", "cdr/search"))
    assert await pbx.call_history(*HOUR) == ()


@pytest.mark.parametrize(
    ("endpoint", "code", "refusal"),
    [
        ("cdr/search", "10005", Refusal.UNSUPPORTED),
        ("cdr/search", "-2", Refusal.INTERNAL_ERROR),
    ],
)
async def test_refusals(
    sim: PSimulator, pbx: YeastarP, endpoint: str, code: str, refusal: Refusal
) -> None:
    """A PBX that keeps its records to itself."""
    sim.front.faults.append(Fault(code, endpoint))
    with pytest.raises(PbxRefused) as refused:
        await pbx.call_history(*HOUR)
    assert refused.value.refusal is refusal


@pytest.mark.parametrize(
    ("start", "end", "limit"),
    [
        (NOON, NOON - timedelta(seconds=1), 10),
        (NOON.replace(tzinfo=UTC), NOON.replace(tzinfo=UTC), 10),
        (NOON, NOON, 0),
        (NOON, NOON, 1001),
    ],
)
async def test_impossible_questions(
    sim: PSimulator, pbx: YeastarP, start: datetime, end: datetime, limit: int
) -> None:
    """They are not sent."""
    with pytest.raises(ValueError):
        await pbx.call_history(start, end, None, limit)
    assert list(sim.front.requests) == []


@pytest.mark.parametrize(
    "rows",
    [
        [{"uid": "1", "time": "yesterday"}],
        [{"time": "2026/08/09 12:10:00"}],
        [{"uid": ["1"], "id": {}, "time": 7}],
    ],
)
async def test_unreadable_records(
    sim: PSimulator, pbx: YeastarP, monkeypatch: pytest.MonkeyPatch, rows: list[Any]
) -> None:
    """Records of which none can be read are a bad answer, not an empty history."""
    row: dict[str, Any] = {"uid": "2", "time": "2026/08/09 12:10:00"}

    def answered(found: list[Any]) -> None:
        reply = {"errcode": 0, "total_number": len(found), "data": found}
        monkeypatch.setitem(sim.front.endpoints.get, "cdr/search", lambda _: reply)

    answered(rows)
    with pytest.raises(PbxUnreachable):
        await pbx.call_history(*HOUR)
    answered([*rows, row])
    assert minutes(await pbx.call_history(*HOUR)) == [10]


@pytest.mark.parametrize("data", [None, [], "x"])
async def test_bad_information(
    sim: PSimulator, pbx: YeastarP, monkeypatch: pytest.MonkeyPatch, data: Any
) -> None:
    """Without the PBX's own time, its format cannot be known."""
    await pbx.connect()
    monkeypatch.setitem(
        sim.front.endpoints.get,
        "system/information",
        lambda _: {"errcode": 0, "data": data},
    )
    with pytest.raises(PbxUnreachable):
        await pbx.call_history(*HOUR)
