"""What one poll reads: everything the PBX says of itself at one moment."""

from dataclasses import dataclass

from .model import Extension, PbxInfo, Trunk
from .report import CallNow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one poll read; each extension's number comes once.

    `complete` is False when part of the answer could not be understood: what is
    missing from such a snapshot proves nothing. `trunks` is None when they were not
    read this time. `calls_now` are all calls there are, from a family that tells them
    whole, else None: a family that does not has a snapshot and a reader of its own.
    `again_soon` asks for another snapshot soon: something goes on whose end no report
    will tell.
    """

    info: PbxInfo
    extensions: tuple[Extension, ...]
    complete: bool = True
    trunks: tuple[Trunk, ...] | None = None
    calls_now: tuple[CallNow, ...] | None = None
    again_soon: bool = False
