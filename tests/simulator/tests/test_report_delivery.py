"""Where reports go, and how often: reference 2.3, 5.1, 9.7."""

import asyncio
import json

import pytest

from tests.simulator import ManualClock, ReportFault, Simulator

from .wire import Receiver, Wire, receiving


async def test_request_as_documented(wire: Wire, receiver: Receiver) -> None:
    """POST with the headers of the reference, to the root by default."""
    await wire.login(port=receiver.port)
    wire.sim.set_registered("1001", False)
    await wire.sim.reports_sent()
    ((path, headers),) = receiver.requests
    assert path == "/"
    assert headers["User-Agent"] == "WebAPI"
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"


async def test_documented_host(wire: Wire, receiver: Receiver) -> None:
    """The PBX's own address, with the blank that is printed."""
    wire.sim.switches.report_host = "documented"
    await wire.login(port=receiver.port)
    wire.sim.set_registered("1001", False)
    await wire.sim.reports_sent()
    assert receiver.requests[0][1]["Host"] == f"127.0.0.1: {receiver.port}"


@pytest.mark.parametrize(
    ("version", "url", "urltag", "path"),
    [
        ("v1.1.0", "report", None, "/report"),
        ("v1.1.0", "/report/x", "0", "/report/x"),
        ("v1.1.0", "127.0.0.1:PORT/secret", "1", "/secret"),
        ("v1.1.0", "http://127.0.0.1:PORT/secret", "1", "/secret"),
        ("v1.0.1", "127.0.0.1:PORT/secret", "1", "/127.0.0.1:PORT/secret"),
    ],
)
async def test_target(
    wire: Wire,
    receiver: Receiver,
    version: str,
    url: str,
    urltag: str | None,
    path: str,
) -> None:
    """`url` is relative or absolute as `urltag` says; v1.0.1 does not know `urltag`."""
    port = str(receiver.port)
    wire.version = version
    more = {} if urltag is None else {"urltag": urltag}
    await wire.login(port=port, url=url.replace("PORT", port), **more)
    wire.sim.set_registered("1001", False)
    await wire.sim.reports_sent()
    assert [request[0] for request in receiver.requests] == [path.replace("PORT", port)]


async def test_no_port_no_reports(wire: Wire) -> None:
    """A login without a port wants none."""
    wire.sim.set_registered("1001", False)
    await wire.sim.reports_sent()
    assert len(wire.sim.reports) == 0


async def test_repeated_until_200(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """Three tries a second apart, in order."""
    reported.statuses = [500, 404, 200]
    wire.sim.set_registered("1001", False)
    wire.sim.set_registered("1002", False)
    await clock.run_for(0)
    while len(reported.bodies) < 1:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)
    assert len(reported.bodies) == 1
    await _until_sent(wire.sim, clock)
    assert ["1001" in body for body in reported.take()] == [True, True, True, False]
    assert [(r.tries, r.delivered) for r in wire.sim.reports] == [(3, True), (1, True)]


async def test_given_up(wire: Wire, reported: Receiver, clock: ManualClock) -> None:
    """After the third try the next report has its turn."""
    reported.statuses = [503, 503, 503]
    wire.sim.set_registered("1001", False)
    wire.sim.set_registered("1002", False)
    start = clock.now()
    await _until_sent(wire.sim, clock)
    assert [(r.tries, r.delivered) for r in wire.sim.reports] == [(3, False), (1, True)]
    assert clock.now() - start >= 2


async def _until_sent(sim: Simulator, clock: ManualClock) -> None:
    """Let time pass until nothing waits."""
    sent = asyncio.create_task(sim.reports_sent())
    while not sent.done():
        await asyncio.sleep(0.01)
        clock.advance(0.5)
    await sent


async def test_timeout(wire: Wire, reported: Receiver) -> None:
    """A server that does not answer in time gets the next try, or report."""
    assert wire.sim.switches.report_timeout == 5.0
    wire.sim.switches.report_tries = 1
    wire.sim.switches.report_timeout = 0.05
    reported.silent.clear()
    wire.sim.set_registered("1001", False)
    await asyncio.wait_for(wire.sim.reports_sent(), 2)
    assert [(r.tries, r.delivered) for r in wire.sim.reports] == [(1, False)]


async def test_oldest_dropped(wire: Wire, reported: Receiver) -> None:
    """The queue is bounded."""
    wire.sim.switches.report_queue = 2
    for number in ("1001", "1002", "1003", "1004"):
        wire.sim.set_registered(number, False)
    await wire.sim.reports_sent()
    assert [json.loads(body)["extension"] for body in reported.take()] == [
        "1003",
        "1004",
    ]
    assert wire.sim.reporter.dropped == 2


async def test_reports_keep_the_token(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """A report that was taken counts as interaction; silence ends the reports."""
    for registered in (False, True):
        await clock.advance(1700)
        wire.sim.set_registered("1001", registered)
        await wire.sim.reports_sent()
    assert len(reported.take()) == 2
    wire.sim.switches.reports_keep_token = False
    await clock.advance(1700)
    wire.sim.set_registered("1001", False)
    await wire.sim.reports_sent()
    await clock.advance(100)
    wire.sim.set_registered("1001", True)
    await wire.sim.reports_sent()
    assert len(reported.take()) == 1
    assert await wire.errno("deviceinfo/query") == "20004"


async def test_several_targets(wire: Wire, reported: Receiver) -> None:
    """Each session's target gets its own; one target gets them once."""
    await wire.login(port=reported.port, version="1.0.2")
    async with receiving() as other:
        await wire.login(port=other.port, version="1.0.2")
        wire.sim.set_registered("1001", False)
        await wire.sim.reports_sent()
        assert (len(reported.take()), len(other.take())) == (1, 1)
        wire.sim.switches.duplicate_targets = True
        wire.sim.set_registered("1001", True)
        await wire.sim.reports_sent()
        assert (len(reported.take()), len(other.take())) == (2, 1)
        wire.sim.switches.reports_to = "last_login"
        wire.sim.set_registered("1001", False)
        await wire.sim.reports_sent()
        assert (len(reported.take()), len(other.take())) == (0, 1)


async def test_restart(wire: Wire, reported: Receiver) -> None:
    """BootUp to whom the PBX knew, then nothing until somebody logs in."""
    sim = wire.sim
    call = sim.call("1001", "1002", answer=True)
    await wire.post("extension/whisper", {"whisperer": "1005", "whisperedext": "1002"})
    sim.call("1003", "1004")
    await sim.reports_sent()
    reported.take()
    sim.restart()
    sim.restart()
    sim.set_registered("1001", False)
    await sim.reports_sent()
    assert reported.actions() == ["BootUp", "BootUp"]
    assert (sim.calls, sim.monitors, call.state) == ({}, {}, "ended")
    assert sim.status_of("1002") == sim.status_of("1005") == "Registered"
    assert await wire.errno("deviceinfo/query") == "20004"
    sim.switches.boot_report = False
    await wire.login(port=reported.port)
    sim.restart()
    await sim.reports_sent()
    assert reported.take() == []


async def test_offline(wire: Wire, reported: Receiver, clock: ManualClock) -> None:
    """Without a network reports are lost after their tries."""
    await wire.sim.go_offline()
    wire.sim.set_registered("1001", False)
    await _until_sent(wire.sim, clock)
    await wire.sim.come_back()
    wire.sim.set_registered("1002", False)
    await wire.sim.reports_sent()
    assert ["1002" in body for body in reported.take()] == [True]
    assert [(r.tries, r.delivered) for r in wire.sim.reports] == [(3, False), (1, True)]


@pytest.mark.parametrize("target", ["127.0.0.1:1/x", "no host at all:9"])
async def test_nobody_listens(wire: Wire, clock: ManualClock, target: str) -> None:
    """A target that cannot be reached is given up."""
    await wire.login(port=1, url=target, urltag="1")
    wire.sim.set_registered("1001", False)
    await _until_sent(wire.sim, clock)
    assert [(r.tries, r.delivered) for r in wire.sim.reports] == [(3, False)]


async def _three(wire: Wire, receiver: Receiver) -> list[str]:
    """Cause three reports; return the numbers in those that came."""
    for number in ("1001", "1002", "1003"):
        wire.sim.set_registered(number, not wire.sim.extensions[number].registered)
    await wire.sim.reports_sent()
    return [json.loads(body)["extension"] for body in receiver.take()]


@pytest.mark.parametrize(
    ("kind", "came"),
    [
        ("lost", ["1002", "1003"]),
        ("doubled", ["1001", "1001", "1002", "1003"]),
        ("reordered", ["1002", "1001", "1003"]),
    ],
)
async def test_report_faults(
    wire: Wire, reported: Receiver, kind: str, came: list[str]
) -> None:
    """The next one is lost, doubled, overtaken."""
    wire.sim.faults.reports.add(ReportFault(kind, times=1))
    assert await _three(wire, reported) == came
    assert await _three(wire, reported) == ["1001", "1002", "1003"]


async def test_fault_of_one_action(wire: Wire, reported: Receiver) -> None:
    """Only the reports with that action are hit, until cleared."""
    wire.sim.faults.reports.add(ReportFault("lost", action="ExtensionStatus"))
    wire.sim.call("1001", "1002")
    await wire.sim.reports_sent()
    assert reported.actions() == ["RING", "ALERT"]
    wire.sim.faults.clear()
    assert await _three(wire, reported) == ["1001", "1002", "1003"]


async def test_delayed_report(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """It comes late, behind those that were caused after it."""
    wire.sim.faults.reports.add(ReportFault("delayed", times=1, seconds=30))
    wire.sim.set_registered("1001", False)
    wire.sim.set_registered("1002", False)
    while len(reported.bodies) < 1:
        await asyncio.sleep(0.001)
    await clock.run_for(30)
    await wire.sim.reports_sent()
    assert [json.loads(body)["extension"] for body in reported.take()] == [
        "1002",
        "1001",
    ]


async def test_garbled_report(wire: Wire, reported: Receiver) -> None:
    """It is no JSON, not even UTF-8."""
    wire.sim.faults.reports.add(ReportFault("garbled", times=1))
    wire.sim.set_registered("1001", False)
    await wire.sim.reports_sent()
    assert reported.take()[0].endswith("\ufffd{")


async def test_unknown_report_fault() -> None:
    """A typing error in a test is told."""
    with pytest.raises(ValueError, match="eaten"):
        ReportFault("eaten")
