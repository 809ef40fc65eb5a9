"""What goes wrong on demand: requests and reports that do not behave."""

from collections.abc import Callable
from dataclasses import dataclass
import re
from typing import Any

type Answer = dict[str, Any]

# Kinds that let the PBX carry the request out and spoil only the answer.
SPOILED_ANSWERS = frozenset(
    {
        "latency",
        "truncated",
        "empty",
        "huge",
        "wrong_content_type",
        "garbled",
        "wrong_types",
        "missing_fields",
        "rewrite",
        "empty_list",
    }
)
# Kinds that stop the request before the PBX looks at it.
STOPPED_REQUESTS = frozenset({"hang", "reset", "http", "html", "redirect", "errno"})
HTTP_STATUS_KIND = re.compile(r"http_([1-5]\d\d)")
REPORT_KINDS = frozenset({"lost", "doubled", "delayed", "reordered", "garbled"})


@dataclass(slots=True)
class Fault:
    """One fault of the requests to an endpoint (None: all), the next `times` (None: always)."""

    kind: str
    endpoint: str | None = None
    times: int | None = None
    after: int = 0
    """So many requests pass before the fault begins."""
    seconds: float = 5.0
    """How long `latency` takes: real seconds, as the asker's patience is real."""
    status: int = 500
    """HTTP status of `http`; `http_503` says it in the kind."""
    errno: int | str = "30001"
    location: str = "https://127.0.0.1:8088/"
    fields: tuple[str, ...] = ()
    """Members that `wrong_types` and `missing_fields` hit; none: all but `status`."""
    rewrite: Callable[[Answer], Answer] | None = None
    """Gives the answer of `rewrite` from the true one."""
    size: int = 5_000_000
    carried_out: bool | None = None
    """Whether the PBX does what it was asked before the fault strikes; None: as the kind is."""

    def __post_init__(self) -> None:
        """Refuse a kind that does not exist."""
        if match := HTTP_STATUS_KIND.fullmatch(self.kind):
            self.kind, self.status = "http", int(match[1])
        if self.kind not in SPOILED_ANSWERS | STOPPED_REQUESTS:
            raise ValueError(f"No such fault: {self.kind}")
        if (self.kind == "rewrite") != (self.rewrite is not None):
            raise ValueError("`rewrite` is the kind and the function, or neither")
        self.fields = tuple(self.fields)
        if self.carried_out is None:
            self.carried_out = self.kind in SPOILED_ANSWERS

    def hits(self, endpoint: str) -> bool:
        """Return whether it strikes this request, counting it."""
        if self.times == 0 or self.endpoint not in (None, endpoint):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(slots=True)
class ReportFault:
    """One fault of the reports with an action (None: all), the next `times` (None: always)."""

    kind: str
    action: str | None = None
    times: int | None = None
    seconds: float = 5.0
    """How long a `delayed` report waits; those behind it overtake it."""

    def __post_init__(self) -> None:
        """Refuse a kind that does not exist."""
        if self.kind not in REPORT_KINDS:
            raise ValueError(f"No such fault of reports: {self.kind}")

    def hits(self, action: str) -> bool:
        """Return whether it strikes this report, counting it."""
        if self.times == 0 or self.action not in (None, action):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class ReportFaults:
    """The faults of reports that wait to strike."""

    def __init__(self) -> None:
        """Begin without faults."""
        self.pending: list[ReportFault] = []

    def add(self, fault: ReportFault) -> None:
        """Let something go wrong."""
        self.pending.append(fault)

    def clear(self) -> None:
        """Let everything go well again."""
        self.pending.clear()

    def next(self, action: str) -> ReportFault | None:
        """Return the fault that strikes this report."""
        struck = next((fault for fault in self.pending if fault.hits(action)), None)
        self.pending[:] = [fault for fault in self.pending if fault.times != 0]
        return struck


class Faults:
    """The faults of requests that wait to strike, and those of reports."""

    def __init__(self) -> None:
        """Begin without faults."""
        self.pending: list[Fault] = []
        self.reports = ReportFaults()

    def add(self, fault: Fault) -> None:
        """Let something go wrong."""
        self.pending.append(fault)

    def clear(self) -> None:
        """Let everything go well again, reports too."""
        self.pending.clear()
        self.reports.clear()

    def next(self, endpoint: str) -> Fault | None:
        """Return the fault that strikes this request."""
        struck = next((fault for fault in self.pending if fault.hits(endpoint)), None)
        self.pending[:] = [fault for fault in self.pending if fault.times != 0]
        return struck


def without(answer: Any, fields: tuple[str, ...], top: bool = True) -> Any:
    """Return the answer with members missing."""
    if isinstance(answer, list):
        return [without(item, fields, top=False) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        key: without(value, fields, top=False)
        for key, value in answer.items()
        if key not in fields and (fields or (top and key == "status"))
    }


def mistyped(answer: Any, fields: tuple[str, ...]) -> Any:
    """Return the answer with values of another type than documented."""
    if isinstance(answer, list):
        return [mistyped(item, fields) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        key: _other_type(value)
        if key in fields or (not fields and key != "status")
        else mistyped(value, fields)
        for key, value in answer.items()
    }


def _other_type(value: Any) -> Any:
    if isinstance(value, str):
        return int(value) if value.isdigit() else None
    return "" if isinstance(value, list) else [value]
