"""The PBX without any wire: extensions, trunks, calls, monitor legs."""

from .call import SimCall
from .cdr import CallRecord, Outcome
from .connection import CallState
from .exchange import Exchange
from .extension import Forward, SimExtension
from .leg import Leg
from .monitoring import MonitorLeg
from .trunk import SimTrunk

__all__ = [
    "CallRecord",
    "CallState",
    "Exchange",
    "Forward",
    "Leg",
    "MonitorLeg",
    "Outcome",
    "SimCall",
    "SimExtension",
    "SimTrunk",
]
