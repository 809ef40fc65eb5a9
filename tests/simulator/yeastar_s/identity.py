"""What the PBX says it is."""

from dataclasses import dataclass
import time


@dataclass(slots=True)
class Identity:
    """The device itself (reference 3.2), its API user and its clock's zone."""

    serial: str
    username: str
    password: str
    device_name: str = "Yeastar S100"
    hardware: str = "V1.30 0000-0000"
    firmware: str = "30.11.0.7"
    utc_offset: int = 0
    """Hours that the PBX's local time is ahead of UTC."""

    def local_time(self, moment: float) -> time.struct_time:
        """Return a moment as the PBX's wall clock shows it."""
        return time.gmtime(moment + self.utc_offset * 3600)
