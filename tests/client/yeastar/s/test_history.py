"""The PBX's own records of calls, over the wire."""

from datetime import UTC, datetime, timedelta
import logging

import aiohttp
import pytest

from custom_components.pbx.client import (
    CallDirection,
    CallOutcome,
    HistoryCall,
    PbxLockedOut,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
)
from custom_components.pbx.client.yeastar.s import YeastarS, history, transport
from tests.client.conftest import BAD_ANSWERS, VERSIONS, Connect, endpoints
from tests.simulator import Fault, ManualClock, Simulator

from .acting import speak

# The clock of these tests starts at 2017-09-14 01:27:25.
START = datetime(2017, 9, 14)
END = datetime(2017, 9, 14, 23, 59, 59)
BOTH = ["cdr/get_random", "cdr/download"]


@pytest.fixture
async def recorded(connected: YeastarS, sim: Simulator, clock: ManualClock) -> YeastarS:
    """Return a client of a PBX that has recorded three calls, a minute apart."""
    call = sim.call("1001", "1002", answer=True)
    await clock.run_for(7)
    call.hang_up()
    await clock.run_for(53)
    sim.inbound("0612345678", "1001").hang_up()
    await clock.run_for(60)
    call = sim.outbound("1005", "41000", answer=True)
    await clock.run_for(3)
    call.hang_up()
    return connected


async def test_history_is_read_newest_first(recorded: YeastarS, sim: Simulator) -> None:
    """With everything that a report of the call would have told, and the time."""
    newest, second, oldest = await recorded.call_history(START, END)
    assert oldest == HistoryCall(
        id=oldest.id,
        started_at=datetime(2017, 9, 14, 1, 27, 25),
        caller="1001",
        callee="1002",
        direction=CallDirection.INTERNAL,
        outcome=CallOutcome.ANSWERED,
        duration=7,
        talked=7,
    )
    assert (second.caller, second.direction, second.outcome, second.trunk) == (
        "0612345678",
        CallDirection.INBOUND,
        CallOutcome.MISSED,
        "SIP-142",
    )
    assert (newest.callee, newest.trunk) == ("41000", "SIP-142")
    assert newest.started_at - oldest.started_at == timedelta(minutes=2)
    assert newest.started_at.tzinfo is None

    random, download = sim.requests
    assert random.body == {
        "extid": "all",
        "starttime": "2017-09-14 00:00:00",
        "endtime": "2017-09-14 23:59:59",
    }
    assert (download.method, download.path.partition("?")[0]) == (
        "GET",
        "/api/v1.1.0/cdr/download",
    )
    (token,) = sim.sessions.live
    assert download.query == {
        **random.body,
        "random": download.query["random"],
        "token": token,
    }


async def test_order_of_the_file_does_not_matter(
    recorded: YeastarS, sim: Simulator
) -> None:
    """No source tells it."""
    found = await recorded.call_history(START, END)
    sim.switches.history_order = "newest"
    assert await recorded.call_history(START, END) == found


async def test_history_of_one_extension(recorded: YeastarS, sim: Simulator) -> None:
    """As the PBX chooses."""
    (found,) = await recorded.call_history(START, END, "1002")
    assert found.callee == "1002"
    assert (sim.requests[0].body or {})["extid"] == "1002"


async def test_span_and_limit(recorded: YeastarS) -> None:
    """Both ends belong to it; of too many, the newest."""
    first = datetime(2017, 9, 14, 1, 27, 25)
    assert len(await recorded.call_history(first, first)) == 1
    found = await recorded.call_history(START, END, limit=2)
    assert [call.caller for call in found] == ["1005", "0612345678"]


@pytest.mark.parametrize("answer", ["20021", "header"])
async def test_nothing_recorded_is_no_error(
    connected: YeastarS, sim: Simulator, answer: str
) -> None:
    """Whether the PBX has a code for it or an empty table."""
    sim.switches.empty_history = answer  # type: ignore[assignment]
    assert await connected.call_history(START, END) == ()


@pytest.mark.parametrize("version", VERSIONS[1:])
async def test_older_versions_have_no_history(
    pbx: YeastarS, sim: Simulator, version: str
) -> None:
    """Nothing is asked for it."""
    speak(sim, version)
    with pytest.raises(PbxRefused) as err:
        await pbx.call_history(START, END)
    assert err.value.refusal is Refusal.UNSUPPORTED
    assert set(endpoints(sim)) == {"login"}


async def test_invalid_arguments_raise_before_anything_is_sent(
    connected: YeastarS, sim: Simulator
) -> None:
    """Times with a zone, an end before the start, an invalid number or limit."""
    aware = START.replace(tzinfo=UTC)
    for start, end, number, limit in (
        (aware, END, None, 1),
        (START, aware, None, 1),
        (END, START, None, 1),
        (START, END, "all", 1),
        (START, END, None, 0),
        (START, END, None, 1001),
    ):
        with pytest.raises(ValueError):
            await connected.call_history(start, end, number, limit)
    assert not sim.requests


@pytest.mark.parametrize("endpoint", BOTH)
@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (20019, Refusal.BAD_REQUEST),
        (20020, Refusal.BAD_REQUEST),
        (10006, Refusal.NO_SUCH_EXTENSION),
        (30001, Refusal.INTERNAL_ERROR),
    ],
)
async def test_refusal_of_either_request_is_raised(
    recorded: YeastarS, sim: Simulator, endpoint: str, code: int, refusal: Refusal
) -> None:
    """The download answers with JSON instead of a file."""
    sim.faults.add(Fault(kind="errno", endpoint=endpoint, errno=code))
    with pytest.raises(PbxRefused) as err:
        await recorded.call_history(START, END)
    assert (err.value.code, err.value.refusal) == (code, refusal)


@pytest.mark.parametrize("endpoint", BOTH)
async def test_dead_token_is_replaced(
    recorded: YeastarS, sim: Simulator, endpoint: str
) -> None:
    """Before the first request, and between the two."""
    sim.faults.add(Fault(kind="errno", endpoint=endpoint, errno=20004, times=1))
    assert len(await recorded.call_history(START, END)) == 3
    assert endpoints(sim).count("login") == 1
    assert endpoints(sim).count(endpoint) == 2


async def test_lock_out_is_noticed_at_the_download(
    recorded: YeastarS, sim: Simulator
) -> None:
    """Nothing more is sent then."""
    sim.faults.add(Fault(kind="errno", endpoint="cdr/download", errno=20002))
    with pytest.raises(PbxLockedOut):
        await recorded.call_history(START, END)


@pytest.mark.parametrize("kind", [*BAD_ANSWERS, "wrong_types"])
async def test_answer_without_a_random_string(
    recorded: YeastarS, sim: Simulator, kind: str
) -> None:
    """Nothing can be downloaded then."""
    sim.faults.add(Fault(kind=kind, endpoint="cdr/get_random"))
    if kind == "wrong_types":
        sim.faults.clear()
        sim.faults.add(
            Fault(kind="missing_fields", endpoint="cdr/get_random", fields=("random",))
        )
    with pytest.raises(PbxUnreachable) as err:
        await recorded.call_history(START, END)
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert not err.value.maybe_done
    assert endpoints(sim) == ["cdr/get_random"]


@pytest.mark.parametrize("kind", ["http_500", "http_404", "html", "empty", "truncated"])
async def test_invalid_file_is_a_bad_answer(
    recorded: YeastarS, sim: Simulator, kind: str
) -> None:
    """Also a table that was cut off."""
    sim.faults.add(Fault(kind=kind, endpoint="cdr/download"))
    with pytest.raises(PbxUnreachable) as err:
        await recorded.call_history(START, END)
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert endpoints(sim) == BOTH


async def test_json_that_is_neither_a_table_nor_an_answer(
    recorded: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken JSON, and a success without a file."""
    for content in (b'\xef\xbb\xbf {"status":', b'{"status":"Success"}'):
        monkeypatch.setattr(
            "tests.simulator.yeastar_s.downloads.HEADER", content.decode("utf-8-sig")
        )
        with pytest.raises(PbxUnreachable) as err:
            await recorded.call_history(START, END)
        assert err.value.reason is Unreachable.BAD_ANSWER


async def test_redirected_download_is_not_followed(
    recorded: YeastarS, sim: Simulator
) -> None:
    """The URL contains the token."""
    sim.faults.add(Fault(kind="redirect", endpoint="cdr/download"))
    with pytest.raises(PbxWrongService):
        await recorded.call_history(START, END)


@pytest.mark.parametrize("what", ["hang", "reset", "offline"])
async def test_lost_download_is_unreachable_and_changed_nothing(
    recorded: YeastarS,
    sim: Simulator,
    what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reading request has no effect on the PBX."""
    monkeypatch.setattr(transport, "DOWNLOAD_TIMEOUT", 0.5)
    if what == "offline":
        await sim.go_offline()
    else:
        sim.faults.add(Fault(kind=what, endpoint="cdr/download"))
    with pytest.raises(PbxUnreachable) as err:
        await recorded.call_history(START, END)
    assert not err.value.maybe_done


@pytest.mark.parametrize(("name", "limit"), [("MAX_BYTES", 300), ("MAX_ROWS", 2)])
async def test_too_many_records_or_bytes_are_refused(
    recorded: YeastarS, monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    """Refusal.TOO_MUCH is raised, instead of a silent truncation."""
    monkeypatch.setattr(history, name, limit)
    with pytest.raises(PbxRefused) as err:
        await recorded.call_history(START, END)
    assert (err.value.refusal, err.value.code) == (Refusal.TOO_MUCH, None)


async def test_endless_file_is_not_read_to_the_end(
    recorded: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even one of a single line."""
    monkeypatch.setattr(
        "tests.simulator.yeastar_s.downloads.HEADER", "callid," * 500_000
    )
    with pytest.raises(PbxUnreachable):
        await recorded.call_history(START, END)


async def test_nothing_secret_is_logged_or_raised(
    sim: Simulator,
    connect: Connect,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Tokens and random strings stay where they are."""
    caplog.set_level(logging.DEBUG)
    sim.call("1001", "1002").hang_up()
    pbx = connect(sim)
    await pbx.call_history(START, END)
    random = sim.requests_to("cdr/download")[0].query["random"]
    sim.faults.add(Fault(kind="reset", endpoint="cdr/download"))
    with pytest.raises(PbxUnreachable) as err:
        await pbx.call_history(START, END)
    again = sim.requests_to("cdr/download")[1].query["random"]
    seen = caplog.text + repr(err.value) + repr(err.value.__context__)
    assert "GET cdr/download" in seen
    assert not [s for s in (*sim.secrets, random, again) if s in seen]
