"""What one poll reads: everything the PBX says of itself at one moment."""

from dataclasses import dataclass

from .model import CallDirection, Extension, Party, PbxInfo, Trunk
from .report import CallNow


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that a poll found; what a poll cannot tell is None or missing.

    `numbers` are the extensions in it, the caller first where `caller_known`.
    `outside` are the parties that are reached through trunks. `answered` says whether
    anybody talks yet. `out_of_reach` is the other end of a call inside that has lost
    its phone: it is not among `numbers`, and whether it has answered is not told.
    """

    id: str | None
    direction: CallDirection
    numbers: tuple[str, ...]
    outside: tuple[Party, ...] = ()
    caller_known: bool = True
    answered: bool = False
    dialed: str | None = None
    out_of_reach: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one poll read; each extension's number comes once.

    `complete` is False when part of the answer could not be understood: what is
    missing from such a snapshot proves nothing. `calls` and `trunks` are None when
    they were not read this time. `looked_into` are the extensions whose own calls
    were read one by one. `calls_now` are all calls there are, from a family that tells
    them whole, else None.
    """

    info: PbxInfo
    extensions: tuple[Extension, ...]
    complete: bool = True
    calls: tuple[FoundCall, ...] | None = None
    looked_into: frozenset[str] = frozenset()
    trunks: tuple[Trunk, ...] | None = None
    calls_now: tuple[CallNow, ...] | None = None
