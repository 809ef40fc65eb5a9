"""Start a real Asterisk; play scenes on it and keep what AMI said, or obey commands.

    python -m tests.asterisk run SUITE [--captures DIR] [SCENE ...]
    python -m tests.asterisk serve SUITE
    python -m tests.asterisk day SUITE

SUITE is `forky` (Asterisk 22) or `bullseye` (Asterisk 16), on Ubuntu its own release. `run` plays all scenes unless
some are named; captures hold only what the client reads, and no secret. `serve` prints
one line of JSON with the addresses, and obeys what comes in on stdin until that ends:
one command a line, each answered by one line of JSON once it is done. That is a scene's
name, `clear`, `restart`, `spies`, `wait_registered`, `until_talking 1001 1002`, `until_quiet`,
`hears 1001` (how loud each party was in the last second, to be asked after hanging up),
`day 0.1` (a day in the office with pauses of a tenth), or what a phone does: `1002 dial 1001`, `1001 hold`, `1003 does busy`. `day` prints that
line too, and lets the phones of an office call each other until it is terminated.
"""

import argparse
from collections.abc import Iterable
import json
from pathlib import Path
import signal
import sys
import tempfile
import time

from .ami import Failed, Message
from .day import Day
from .install import NO_ASTERISK, SUITES, install
from .rig import Rig
from .scenes import SCENES
from .sound import tones

# What the client reads of the events, and nothing else.
EVENTS = frozenset(
    [
        "AgentComplete",
        "AgentConnect",
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
        "ParkedCall",
        "ParkedCallGiveUp",
        "ParkedCallTimeOut",
        "QueueCallerJoin",
        "QueueCallerLeave",
        "QueueMemberAdded",
        "QueueMemberPause",
        "QueueMemberRemoved",
        "QueueMemberStatus",
        "Rename",
        "UnParkedCall",
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
    "Position",
    "Interface",
    "MemberName",
    "Membership",
    "Status",
    "Paused",
    "PausedReason",
    "InCall",
    "ParkeeChannel",
    "ParkeeUniqueid",
    "ParkeeCallerIDNum",
    "ParkerDialString",
    "ParkingSpace",
    "ParkingDuration",
    "Parkinglot",
    "RetrieverUniqueid",
    "Mailbox",
    "Waiting",
    "New",
    "LastApplication",
    "UniqueID",
    "Device",
    "State",
    "Newname",
]


def small(messages: Iterable[tuple[float, Message]]) -> str:
    """Return a capture, each message with the seconds since the first one."""
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


# What a phone can be told, and the whole rig.
PHONE = frozenset(
    [
        "answer",
        "attended",
        "blind",
        "call_in",
        "dial",
        "does",
        "dtmf",
        "give_up",
        "hang_up",
        "hold",
        "register",
        "resume",
        "seen",
        "unregister",
    ]
)
RIG = frozenset(
    [
        "clear",
        "register_trunk",
        "restart",
        "spies",
        "unregister_trunk",
        "until_quiet",
        "until_ringing",
        "until_talking",
        "wait_registered",
    ]
)


def run(rig: Rig, scenes: Iterable[str], captures: Path | None) -> int:
    """Play scenes, one after the other."""
    failed = 0
    for name in scenes:
        since, begin, error = len(rig.recorded), time.monotonic(), "ok"
        try:
            SCENES[name](rig)
            rig.until_quiet()
        except Failed as err:
            error, failed = str(err), 1
        seconds = time.monotonic() - begin
        sys.stdout.write(f"{seconds:6.1f} s  {name}: {error}\n")
        if captures is not None:
            time.sleep(0.2)
            path = captures / f"{name}.ami"
            path.write_text(small(rig.recorded[since:]), encoding="utf-8")
        rig.clear()
    return failed


def obey(rig: Rig, line: str) -> object:
    """Execute one command of `serve`; return its result."""
    first, *rest = line.split()
    if first in SCENES:
        SCENES[first](rig)
        rig.until_quiet()
        return None
    if first in RIG:
        return getattr(rig, first)(*rest)
    if first == "day":
        return Day(rig, float(rest[0])).play()
    if first == "hears":
        return tones(rig.heard(rest[0]), 1.2)
    if rest and rest[0] in PHONE:
        return getattr(rig, rest[0])(first, *rest[1:])
    raise Failed(f"no such command: {line.strip()}")


def serve(rig: Rig) -> int:
    """Execute the commands that arrive on stdin, until its end."""
    introduce(rig)
    for line in sys.stdin:
        try:
            say({"result": obey(rig, line)})
        except (Failed, LookupError, TypeError, ValueError) as err:
            say({"error": f"{type(err).__name__}: {err}"})
    return 0


def spend_days(rig: Rig) -> int:
    """Play the events of a day again and again, until the process is terminated."""
    introduce(rig)
    day = Day(rig)
    while True:
        day.play()


def introduce(rig: Rig) -> None:
    """Write where the rig is."""
    say({"ports": rig.ports, "directory": str(rig.directory)})


def say(what: object) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Start a rig, and stop it at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("run", "serve", "day"))
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--captures", type=Path)
    parser.add_argument("scene", nargs="*", choices=[[], *SCENES], metavar="SCENE")
    arguments = parser.parse_args()
    # So that a terminated rig stops its Asterisks.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        prefix = install(arguments.suite)
    except RuntimeError as err:
        sys.stderr.write(f"{err}\n")
        return NO_ASTERISK
    with (
        tempfile.TemporaryDirectory(prefix="pbx-rig-") as directory,
        Rig(prefix, Path(directory)) as rig,
    ):
        if arguments.command == "serve":
            return serve(rig)
        if arguments.command == "day":
            return spend_days(rig)
        return run(rig, arguments.scene or SCENES, arguments.captures)


if __name__ == "__main__":
    sys.exit(main())
