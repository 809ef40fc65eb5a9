"""`python -m tests.demo.office`."""

import asyncio
from pathlib import Path
import signal
import sys

import aiohttp
import pytest

from tests.demo.office.__main__ import arguments, build, certificate_in, run
from tests.simulator import Simulator
from tests.simulator.certificate import Certificate
from tests.simulator.tests.wire import Wire

ROOT = Path(__file__).parents[4]


async def interrupted(stop: signal.Signals) -> tuple[int | None, bytes]:
    """Run it as a person does, look at it, send a signal; return its code and its complaints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.demo.office",
        "--port=0",
        "--control-port=0",
        "--tls",
        "--office",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        lines = [await process.stdout.readline() for _ in range(6)]
        said = dict(line.decode().split() for line in lines)
        assert said["PBX"].startswith("https://127.0.0.1:")
        assert (said["User"], said["Password"]) == ("api", "Demo-Pbx-2026")
        async with (
            aiohttp.ClientSession() as http,
            http.get(said["Control"] + "state") as answer,
        ):
            state = await answer.json()
        assert (state["fingerprint"], state["office"]) == (said["SHA-256"], True)
        process.send_signal(stop)
        _, errors = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, errors


async def test_runs_until_interrupted() -> None:
    """Prints where it is, and ends cleanly on either signal."""
    ends = await asyncio.gather(interrupted(signal.SIGINT), interrupted(signal.SIGTERM))
    assert list(ends) == [(0, b""), (0, b"")]


async def test_run_and_stop(capsys: pytest.CaptureFixture[str]) -> None:
    """The same in process: everything is closed when it is told to stop."""
    stopped = asyncio.Event()
    options = arguments().parse_args(["--port=0", "--control-port=0", "--serial=1"])
    running = asyncio.create_task(run(options, stopped))
    while not (said := capsys.readouterr().out):
        await asyncio.sleep(0.01)
    url = said.splitlines()[0].split()[1]
    stopped.set()
    await running
    assert "Serial    1\n" in said
    assert "SHA-256" not in said
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(url)


async def test_firmware_of_2017() -> None:
    """Only the first versions of the API, and their reports."""
    sim = build(arguments().parse_args(["--legacy-only", "--password=Other-1"]))
    assert isinstance(sim, Simulator)
    async with sim.running(), aiohttp.ClientSession() as http:
        wire = Wire(sim, http)
        assert (await wire.login())["errno"] == "10003"
        wire.version = "v1.0.1"
        assert (await wire.login())["errno"] == "20003"
    assert sim.switches.report_serial == "not_legacy"


async def test_kept_certificate(tmp_path: Path) -> None:
    """It is written once, for the owner only, and read again."""
    path = tmp_path / "pbx.pem"
    first = certificate_in(path, "Yeastar S100")
    assert certificate_in(path, "Yeastar S100") == first
    assert path.stat().st_mode & 0o077 == 0
    assert Certificate.new("Yeastar S100").fingerprint != first.fingerprint
