"""A simulated PBX: it behaves as the reference says, with faults on demand."""

from .clock import Clock, ManualClock, SystemClock
from .exchange import Forward, MonitorLeg, SimCall, SimExtension, SimTrunk
from .faults import Fault, Faults, ReportFault
from .simulator import Simulator
from .switches import PRINTED_ORDER, RECOMMENDED_ORDER, Switches
from .yeastar_s.reporter import SentReport
from .yeastar_s.request import RecordedRequest

__all__ = [
    "PRINTED_ORDER",
    "RECOMMENDED_ORDER",
    "Clock",
    "Fault",
    "Faults",
    "Forward",
    "ManualClock",
    "MonitorLeg",
    "RecordedRequest",
    "ReportFault",
    "SentReport",
    "SimCall",
    "SimExtension",
    "SimTrunk",
    "Simulator",
    "Switches",
    "SystemClock",
]
