"""The demo: a phone system with live calls in a real Home Assistant."""

import argparse
import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path
import signal
import sys
import tempfile
import time

import aiohttp

from . import automations, dashboard, forwarding
from .home_assistant import HomeAssistantProcess
from .process import Process, StageError
from .systems import SYSTEMS, System

# Somebody who is no administrator: name, username, password.
COLLEAGUE = ("Colleague", "colleague", "colleague")
TRY = """
Try on the dashboard:
  Whisper, Listen and Barge in call the supervisor's phone into a call; Stop monitoring ends it.
  Hang up ends a call; Do not disturb is set on the PBX.
Try under Settings:
  Automations & scenes: three are at work. Make one of your own from a PBX trigger.
  Press Whisper as the colleague, in a private window: only administrators may supervise.
  Devices & services > PBX > Configure lets users who may control both extensions do it too.
  Tools > Actions: all that the PBX can do, such as Set forwarding and Dial.
{more}
Ctrl-C ends it all and cleans up."""


def _say(text: str = "") -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def run(system: System, seconds: float | None) -> int:
    """Put everything up, tell where it is, wait for the end, and clean up."""
    started = time.monotonic()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pbx-")))
        config = folder / "config"
        config.mkdir()
        show = asyncio.create_task(_show(stack, system, config, folder, started))
        ending = asyncio.create_task(ended.wait())
        await asyncio.wait({show, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not show.done():
            show.cancel()
            with suppress(asyncio.CancelledError):
                await show
            return 130
        processes = show.result()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not ended.is_set():
                    for process in processes:
                        if not process.running:
                            raise StageError(
                                f"{process.name} ended by itself:\n{process.tail()}"
                            )
                    with suppress(TimeoutError):
                        async with asyncio.timeout(1):
                            await ended.wait()
        _say("Cleaning up …")
        ending.cancel()
    _say("Gone without a trace.")
    return 0


async def _show(
    stack: AsyncExitStack, system: System, config: Path, logs: Path, started: float
) -> list[Process]:
    """Start PBX and Home Assistant, connect them, and print where they are."""
    _say(f"Starting {system.name} …")
    pbx = await system.start(logs)
    stack.push_async_callback(pbx.stop)
    _say("Starting Home Assistant …")
    home_assistant = await HomeAssistantProcess.start(
        Path(sys.executable), config, logs, port=8123
    )
    stack.push_async_callback(home_assistant.stop)
    _say("Adding the PBX through its config flow …")
    entry_id = await home_assistant.add_pbx(pbx.form, family=system.family)
    await home_assistant.wait_for_states(await pbx.count())
    await forwarding.create(home_assistant, entry_id, system.forwarding)
    address = await dashboard.create(home_assistant, automations.LIGHT)
    await automations.create(home_assistant, system.cast)
    await home_assistant.add_user(*COLLEAGUE)
    _say()
    _say(f"Ready after {time.monotonic() - started:.0f} s.")
    _say()
    _say(f"  Dashboard       {address}")
    _say(f"  Log in          {home_assistant.username} / {home_assistant.password}")
    _say(f"                  {' / '.join(COLLEAGUE[1:])}, who is no administrator")
    _say(f"  {system.place:16}{pbx.place}")
    _say(f"  Log             {home_assistant.process.log}")
    _say(TRY.format(more=system.more))
    return [pbx.process, home_assistant.process]


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, help="end by itself after that many seconds"
    )
    parser.add_argument(
        "--pbx",
        choices=SYSTEMS,
        default=next(iter(SYSTEMS)),
        help="the system to show (default: %(default)s)",
    )
    arguments = parser.parse_args()
    try:
        return asyncio.run(run(SYSTEMS[arguments.pbx], arguments.seconds))
    except (StageError, aiohttp.ClientError, TimeoutError) as err:
        sys.stderr.write(f"script/demo: {str(err) or type(err).__name__}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
