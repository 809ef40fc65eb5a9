"""Snapshots: the state of a PBX as one poll read it."""

from dataclasses import dataclass

from .model import Extension, Mailbox, ParkedCall, PbxInfo, Queue, Trunk
from .report import CallNow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a PBX as one poll read it; each extension occurs once.

    `complete` is False when part of the answer could not be understood: an extension
    missing from such a snapshot may still exist. `trunks` is None when they were not
    read; so are `queues`, `parked` and `mailboxes`, each complete else. `calls_now` are all calls in progress, from a family that lists complete calls,
    else None: any other family has a snapshot and a call reader of its own.
    `again_soon` asks for another snapshot soon, as a change is expected that no report
    will tell.
    """

    info: PbxInfo
    extensions: tuple[Extension, ...]
    complete: bool = True
    trunks: tuple[Trunk, ...] | None = None
    calls_now: tuple[CallNow, ...] | None = None
    again_soon: bool = False
    queues: tuple[Queue, ...] | None = None
    parked: tuple[ParkedCall, ...] | None = None
    mailboxes: tuple[Mailbox, ...] | None = None
