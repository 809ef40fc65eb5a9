"""`python -m tests.demo.office`: a PBX on this machine until it is interrupted."""

import argparse
import asyncio
from pathlib import Path
import signal
import sys

from tests.simulator.certificate import Certificate
from tests.simulator.device import Device
from tests.simulator.simulator import DEMO_PASSWORD, Simulator
from tests.simulator.switches import Switches
from tests.simulator.yeastar_p import PSimulator, PSwitches

from .control import Control
from .office import Office


def arguments() -> argparse.ArgumentParser:
    """Return what the command line understands."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.demo.office", description=__doc__
    )
    parser.add_argument(
        "--series", choices=("s", "p"), default="s", help="which Yeastar it is"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8088, help="0 takes any free one")
    parser.add_argument("--tls", action="store_true", help="HTTPS, self-signed")
    parser.add_argument(
        "--certificate",
        type=Path,
        help="keep the certificate in this file and use it again",
    )
    parser.add_argument(
        "--control-port", type=int, default=8089, help="0 takes any free one"
    )
    parser.add_argument("--office", action="store_true", help="play calls all day")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--serial")
    parser.add_argument("--password")
    parser.add_argument(
        "--answer-after",
        type=float,
        metavar="SECONDS",
        help="whatever rings is answered then",
    )
    parser.add_argument(
        "--legacy-only",
        action="store_true",
        help="firmware of 2017: API v1.0.0 and v1.0.1, reports with repeated keys",
    )
    parser.add_argument(
        "--version-two",
        action="store_true",
        help="firmware since 2020: API v2.0.0 beside v1.1.0",
    )
    return parser


def build(options: argparse.Namespace) -> Device:
    """Return the PBX that was asked for."""
    switches = Switches(answer_after=options.answer_after)
    if options.series == "p":
        simulator = PSimulator(
            api=PSwitches(monitor_listed=True), switches=switches, seed=options.seed
        )
        simulator.serial = options.serial or simulator.serial
        simulator.password = options.password or simulator.password
        return simulator
    if options.legacy_only:
        switches.failure_words, switches.report_serial = "2017", "not_legacy"
    versions = None
    if options.legacy_only:
        versions = ("v1.0.0", "v1.0.1")
    elif options.version_two:
        versions = ("v1.1.0", "v2.0.0")
    return Simulator(
        switches=switches,
        seed=options.seed,
        api_versions=versions,
        serial=options.serial or "369362089179",
        password=options.password or DEMO_PASSWORD,
    )


def certificate_in(path: Path, common_name: str) -> Certificate:
    """Return the certificate of a file, a new one written there if there is none."""
    if path.exists():
        return Certificate.load(path.read_bytes())
    certificate = Certificate.new(common_name)
    path.touch(mode=0o600)
    path.write_bytes(certificate.pem)
    return certificate


async def run(options: argparse.Namespace, stopped: asyncio.Event) -> None:
    """Run until told to stop."""
    simulator = build(options)
    if options.certificate is not None:
        simulator.use_certificate(
            certificate_in(options.certificate, simulator.identity.device_name)
        )
    office = Office(simulator)
    control = Control(simulator, office)
    async with simulator.running(options.host, options.port, options.tls):
        await control.start(port=options.control_port)
        try:
            if options.office:
                office.open()
            say(simulator, control)
            await stopped.wait()
        finally:
            await office.close()
            await control.stop()


def say(simulator: Device, control: Control) -> None:
    """Print what a person needs to add the PBX and to control it."""
    lines = [
        f"PBX       {simulator.url}",
        f"User      {simulator.username}",
        f"Password  {simulator.password}",
        f"Serial    {simulator.serial}",
        f"Control   {control.url}/",
    ]
    if simulator.fingerprint is not None:
        lines.append(f"SHA-256   {simulator.fingerprint}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


async def main() -> None:
    """Run the command line."""
    options = arguments().parse_args()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await run(options, stopped)


if __name__ == "__main__":
    asyncio.run(main())
