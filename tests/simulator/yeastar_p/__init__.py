"""The wire of a P-Series PBX over the neutral exchange, from its reference alone."""

from .simulator import PSimulator
from .switches import PSwitches

__all__ = ["PSimulator", "PSwitches"]
