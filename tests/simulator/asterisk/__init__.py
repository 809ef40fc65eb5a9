"""A simulated Asterisk: its manager interface (AMI) over the neutral exchange."""

from .pbx import SimulatedAsterisk
from .switches import AsteriskSwitches

__all__ = ["AsteriskSwitches", "SimulatedAsterisk"]
