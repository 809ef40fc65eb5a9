"""What the control page shows of a PBX's wire, and how it lets that fail."""

from abc import ABC, abstractmethod
from typing import Any, override

from tests.simulator.device import Device
from tests.simulator.faults import Fault, ReportFault
from tests.simulator.simulator import Simulator
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.front import FAULT_KINDS, Fault as PFault
from tests.simulator.yeastar_s.request import RecordedRequest

MASK = "********"
FAULT_FIELDS = (
    "kind",
    "endpoint",
    "times",
    "after",
    "seconds",
    "status",
    "errno",
    "fields",
)
REPORT_FAULT_FIELDS = ("kind", "action", "times", "seconds")


class WireView(ABC):
    """The wire of one PBX, as the control page sees it."""

    @property
    @abstractmethod
    def counts(self) -> dict[str, int]:
        """Return the numbers of sessions, requests and reports."""

    @abstractmethod
    def requests(self) -> list[dict[str, Any]]:
        """Return the requests that came in, without a secret."""

    @abstractmethod
    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that wait."""

    @abstractmethod
    def add_fault(self, body: dict[str, Any]) -> None:
        """Let something go wrong; raise ValueError or TypeError for an unknown fault."""

    @abstractmethod
    def clear_faults(self) -> None:
        """Let everything go well again."""


class SeriesS(WireView):
    """The wire of an S-Series PBX."""

    def __init__(self, simulator: Simulator) -> None:
        """Look at a simulator."""
        self._simulator = simulator

    @property
    @override
    def counts(self) -> dict[str, int]:
        return {
            "sessions": len(self._simulator.sessions.live),
            "requests": len(self._simulator.requests),
            "reports": len(self._simulator.reports),
        }

    @override
    def requests(self) -> list[dict[str, Any]]:
        return [_recorded(request) for request in self._simulator.requests]

    @override
    def faults(self) -> list[dict[str, Any]]:
        faults = self._simulator.faults
        return [
            {"kind": fault.kind, "endpoint": fault.endpoint, "times": fault.times}
            for fault in faults.pending
        ] + [
            {
                "kind": fault.kind,
                "action": fault.action,
                "times": fault.times,
                "reports": True,
            }
            for fault in faults.reports.pending
        ]

    @override
    def add_fault(self, body: dict[str, Any]) -> None:
        """Add a fault of requests, or with `"reports":true` one of reports."""
        if body.get("reports") is True:
            given = {key: body[key] for key in REPORT_FAULT_FIELDS if key in body}
            self._simulator.faults.reports.add(ReportFault(**given))
        else:
            given = {key: body[key] for key in FAULT_FIELDS if key in body}
            self._simulator.faults.add(Fault(**given))

    @override
    def clear_faults(self) -> None:
        self._simulator.faults.clear()


class SeriesP(WireView):
    """The wire of a P-Series PBX."""

    def __init__(self, simulator: PSimulator) -> None:
        """Look at a simulator."""
        self._simulator = simulator

    @property
    @override
    def counts(self) -> dict[str, int]:
        return {
            "sessions": self._simulator.tokens.live,
            "requests": len(self._simulator.front.requests),
            "reports": self._simulator.front.events_sent,
        }

    @override
    def requests(self) -> list[dict[str, Any]]:
        return [
            {
                "method": request.method,
                "path": f"/openapi/v1.0/{request.endpoint}",
                "query": request.query,
                "body": _masked(request.body),
            }
            for request in self._simulator.front.requests
        ]

    @override
    def faults(self) -> list[dict[str, Any]]:
        return [
            {"kind": fault.kind, "endpoint": fault.endpoint, "times": fault.times}
            for fault in self._simulator.front.faults
        ]

    @override
    def add_fault(self, body: dict[str, Any]) -> None:
        kind, times = str(body["kind"]), body.get("times")
        if kind not in FAULT_KINDS and not kind.lstrip("-").isdigit():
            raise ValueError(f"kind is an error code, or one of {sorted(FAULT_KINDS)}")
        self._simulator.front.faults.append(PFault(kind, body.get("endpoint"), times))

    @override
    def clear_faults(self) -> None:
        self._simulator.front.faults.clear()


def view_of(simulator: Device) -> WireView:
    """Return the view of a PBX's wire."""
    if isinstance(simulator, PSimulator):
        return SeriesP(simulator)
    assert isinstance(simulator, Simulator)
    return SeriesS(simulator)


def _recorded(request: RecordedRequest) -> dict[str, Any]:
    """Return one recorded request with token and password masked."""
    return {
        "method": request.method,
        "path": request.path,
        "query": {
            key: MASK if key == "token" else v for key, v in request.query.items()
        },
        "body": _masked(request.body),
        "at": request.at,
        "remote": request.remote,
    }


def _masked(body: Any) -> Any:
    """Return a body without what must not be seen."""
    if not isinstance(body, dict):
        return None
    return {
        key: MASK if "password" in key or "token" in key else value
        for key, value in body.items()
    }
