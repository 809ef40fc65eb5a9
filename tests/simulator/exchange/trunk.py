"""A trunk: the line to the outside."""

from dataclasses import dataclass


@dataclass(slots=True)
class SimTrunk:
    """One trunk; `status` is the word the PBX shows for it (reference 6.2)."""

    name: str
    type: str = "SIP"
    status: str = "Registered"
    port: str = ""
    prefix: str = ""
    """Outside numbers that begin with it leave through this trunk."""
    control_answering: bool = False
    """The option "Control Inbound Call Answering": inbound calls ask first (reference 3.9)."""

    @property
    def usable(self) -> bool:
        """Return whether calls can pass."""
        return self.status.lower().startswith(("registered", "idle", "busy", "up"))
