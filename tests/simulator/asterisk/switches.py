"""What versions and installations of Asterisk differ in, as named switches."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class AsteriskSwitches:
    """How the PBX behaves where versions or settings differ; sections of the reference."""

    version: Literal["16", "22"] = "22"
    """Fields and order of events (8); 16 has no `Cause` in HangupRequest."""
    freepbx: bool = True
    """The extensions are in AstDB under AMPUSER; else hints name them (3)."""
    records: bool = False
    """`cdr_manager.conf` is enabled, so each call leaves `Cdr` events (6)."""
    noise: bool = False
    """Events that change nothing are sent, too: two of three of a real PBX (2)."""
    local_stays: bool = False
    """The Local pair of a queue's agent stays in the path after the answer (5)."""
    bye_after: float = 0.0
    """Seconds until the phone of a transferor hangs up (5)."""
    clean_stop: bool = True
    """A restart ends all calls first; else the process is killed (5)."""
    trunk_rings: bool = False
    """A dialled trunk reports that it rings."""
    timestamps: bool = False
    """`timestampevents = yes` (1)."""
    shuffled_rows: bool = False
    """The rows of a list come in no order."""
    blank_values: Literal["blank", "bare"] = "blank"
    """An empty value is sent as `Key: ` or `Key:` (1)."""
