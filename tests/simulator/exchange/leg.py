"""One end of a call."""

from dataclasses import dataclass

from .events import LegKind, LegState, Party


@dataclass(slots=True, eq=False)
class Leg:
    """One end of a call: an extension's phone, an outside line, or a service of the PBX."""

    kind: LegKind
    number: str
    leg_id: str
    call_id: str
    state: LegState = LegState.CALLING
    from_number: str = ""
    to_number: str = ""
    trunk: str = ""
    muted: bool = False
    declined: bool = False
    """Whether its phone declined the call."""

    @property
    def outside(self) -> bool:
        """Return whether the leg goes through a trunk."""
        return self.kind in (LegKind.INBOUND, LegKind.OUTBOUND)

    @property
    def connected(self) -> bool:
        """Return whether somebody talks here, or has put the call on hold."""
        return self.state in (LegState.TALKING, LegState.HELD)

    def party(self) -> Party:
        """Return how this end is at this moment."""
        return Party(
            self.kind,
            self.number,
            self.state,
            self.leg_id,
            self.from_number,
            self.to_number,
            self.trunk,
        )
