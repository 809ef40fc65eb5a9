"""Play scenes on a real Asterisk, and keep what AMI said.

    python -m tests.asterisk [--captures DIR] [SUITE] [SCENE ...]

SUITE is `forky` (Asterisk 22) or `bullseye` (Asterisk 16). All scenes are played unless
some are named. Captures hold only what the client reads, and no secret.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path
import sys
import tempfile
import time

from .ami import Failed, Message
from .install import SUITES, install
from .rig import Rig
from .scenes import SCENES

# What the client reads of the events, and nothing else.
EVENTS = frozenset(
    [
        "AttendedTransfer",
        "BlindTransfer",
        "BridgeEnter",
        "BridgeLeave",
        "Cdr",
        "ChanSpyStart",
        "DeviceStateChange",
        "DialBegin",
        "Hangup",
        "HangupRequest",
        "Hold",
        "MessageWaiting",
        "Newchannel",
        "Newstate",
        "QueueCallerJoin",
        "Rename",
        "Unhold",
    ]
)
FIELDS = [
    "Event",
    "Channel",
    "ChannelStateDesc",
    "CallerIDNum",
    "Exten",
    "Uniqueid",
    "Linkedid",
    "DestUniqueid",
    "DestCallerIDNum",
    "DialString",
    "BridgeUniqueid",
    "BridgeType",
    "SwapUniqueid",
    "Cause",
    "Result",
    "TransfererUniqueid",
    "OrigTransfererUniqueid",
    "SecondTransfererUniqueid",
    "SpyerUniqueid",
    "SpyeeUniqueid",
    "Queue",
    "Waiting",
    "LastApplication",
    "UniqueID",
    "Device",
    "State",
    "Newname",
]


def small(messages: Iterable[tuple[float, Message]]) -> str:
    """Return a capture: the seconds since the first message before each."""
    blocks = []
    first = None
    for at, message in messages:
        if message.get("Event") not in EVENTS:
            continue
        device = message.get("Device", "PJSIP/")
        if not device.startswith(("PJSIP/", "Custom:")):
            continue
        first = at if first is None else first
        lines = [f"{key}: {message[key]}" for key in FIELDS if message.get(key)]
        blocks.append("\n".join([f"# {at - first:.3f}", *lines]))
    return "\n\n".join(blocks) + "\n"


def main() -> int:
    """Play the scenes, one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--captures", type=Path)
    parser.add_argument("suite", nargs="?", choices=SUITES, default=SUITES[0])
    parser.add_argument("scene", nargs="*", choices=[[], *SCENES], metavar="SCENE")
    arguments = parser.parse_args()
    failed = 0
    with Rig(install(arguments.suite), Path(tempfile.mkdtemp())) as rig:
        for name in arguments.scene or SCENES:
            since, begin, error = len(rig.recorded), time.monotonic(), "ok"
            try:
                SCENES[name](rig)
                rig.until_quiet()
            except Failed as err:
                error, failed = str(err), 1
            seconds = time.monotonic() - begin
            sys.stdout.write(f"{seconds:6.1f} s  {name}: {error}\n")
            if arguments.captures is not None:
                time.sleep(0.2)
                path = arguments.captures / f"{name}.ami"
                path.write_text(small(rig.recorded[since:]), encoding="utf-8")
            rig.clear()
    return failed


if __name__ == "__main__":
    sys.exit(main())
