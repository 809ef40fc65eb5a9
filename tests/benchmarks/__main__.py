"""`script/benchmark`: measure, and print plain tables."""

import argparse
import asyncio
from pathlib import Path
import sys
import tempfile
import time

from homeassistant.const import __version__

from tests.demo.process import StageError

from . import asterisk, report, scale, whisper, yeastar_p
from .table import say

BENCHMARKS = {
    "whisper": whisper.run,
    "scale": scale.run,
    "report": report.run,
    "asterisk": asterisk.run,
    "yeastar-p": yeastar_p.run,
}


async def run(names: list[str]) -> None:
    """Run benchmarks, one after the other."""
    started = time.monotonic()
    say(f"Home Assistant {__version__}, Python {sys.version.split()[0]}")
    for name in names:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            await BENCHMARKS[name](Path(folder))
        say()
    say(f"Done after {time.monotonic() - started:.0f} s.")


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="script/benchmark", description=__doc__)
    parser.add_argument("which", nargs="?", choices=BENCHMARKS, help="default: all")
    which = parser.parse_args().which
    try:
        asyncio.run(run([which] if which else list(BENCHMARKS)))
    except StageError as err:
        sys.stderr.write(f"script/benchmark: {err}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
