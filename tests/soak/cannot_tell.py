"""What the S-Series API v1 cannot tell, case by case: the only excuses the proof knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.simulator.exchange import CallState

from .history import History, Moment, Part, Story


@dataclass(frozen=True, slots=True)
class Case:
    """One difference between what is shown and what is true."""

    field: str
    shown: Any
    true: Any
    history: History
    polled: bool
    story: Story | None
    part: Part | None
    moment: Moment | None
    at: Any
    number: str

    @property
    def unknown(self) -> bool:
        """Return whether nothing is claimed."""
        return self.shown in (None, "unknown")

    @property
    def shared(self) -> bool:
        """Return whether the phone has another call now."""
        return self.part is not None and self.history.shares_its_phone(self.part)

    @property
    def lost(self) -> bool:
        """Return whether the phone was out of reach at any time in this part."""
        return self.part is not None and self.part.lost_phone


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the wire cannot tell.

    `when` says of which case it speaks, `may` what may be shown then.
    """

    name: str
    fields: frozenset[str]
    when: Callable[[Case], bool]
    may: Callable[[Case], bool]
    what: str
    instead: str
    because: str
    reference: str



def _at(case: Case) -> float:
    return case.at if isinstance(case.at, float) else case.history.now()


def _untold(case: Case) -> bool:
    """Return whether what happened was not told."""
    return case.moment is not None and case.moment.told is None


def _what(case: Case, *words: str) -> bool:
    return case.moment is not None and case.moment.what in words


def _ring_reported(story: Story, history: History) -> bool:
    """Return whether this firmware reports RING and ALERT of a call (reference 5.3)."""
    reported = history.sim.switches.ring_reports
    by_api = story.call is not None and story.call.by_api
    return reported == "all" or (reported == "api" and by_api)


def _own_phone(case: Case) -> bool:
    """Return whether this is the caller's own phone, called first for a dial by API."""
    part, story = case.part, case.story
    return (
        part is not None
        and story is not None
        and story.call is not None
        and story.call.by_api
        and part is story.parts[0]
    )


def _group_told(case: Case) -> bool:
    """Return whether a record had told the group or queue by then."""
    return case.story is not None and any(
        "(" in record.callee and told <= _at(case) + 0.001
        for told, record in case.story.records_told
    )


def _alone_beside(case: Case) -> bool:
    """Return whether an extension alone is, or was, in a call that polls cannot show."""
    story = case.story
    assert story is not None
    parts = [part for part in story.parts if part.beside_service]
    return bool(parts) and not story.outside


def _unknown(case: Case) -> bool:
    return case.unknown


def _any(case: Case) -> bool:
    return True


LINES: Final[tuple[Line, ...]] = (
    Line(
        "group",
        frozenset({"via"}),
        lambda case: not _group_told(case),
        _unknown,
        "Which ring group or queue passed a call on, while it lasts, and after it where "
        "nobody answered",
        "unknown",
        "no report and no list of v1 has a field for it; only the record has it, as "
        "`6200(1003)`",
        "5.3, 5.4 (`callpath` is v2)",
    ),
    Line(
        "own phone",
        frozenset({"missing event", "missing call", "missing party"}),
        lambda case: (
            (_own_phone(case) and _untold(case) and _what(case, "ringing"))
            or (
                case.story is not None
                and case.story.call is not None
                and case.story.call.by_api
                and case.story.first_told is None
            )
        ),
        _any,
        "That the phone which rings is the caller's own, called for a dial by the API",
        "a phone that rings without a call",
        "RING is sent for the callee; only some firmware reports the caller's phone",
        "3.9, 5.3",
    ),
    Line(
        "ring unreported",
        frozenset({"missing event"}),
        lambda case: (
            _untold(case)
            and _what(case, "ringing", "dialing")
            and case.story is not None
            and not _ring_reported(case.story, case.history)
        ),
        _any,
        "That a phone rings or dials, on firmware that sends RING and ALERT only for "
        "calls made through the API, or not at all",
        "nothing until a poll, or the answer",
        "RING and ALERT are not sent for all calls by all firmware",
        "5.3, notes",
    ),
    Line(
        "nobody rang",
        frozenset({"missing event"}),
        lambda case: (
            _untold(case)
            and _what(case, "ringing", "dialing")
            and case.part is not None
            and not case.part.rung
        ),
        _any,
        "That an extension dials a number at which no phone rings: a service, a queue "
        "without free agents, one that is busy",
        "nothing until it is connected, or over",
        "the first report of such a call is ANSWERED, CallFailed or NewCdr",
        "5.3",
    ),
    Line(
        "not told yet",
        frozenset({"missing call"}),
        lambda case: case.story is not None and case.story.first_told is None,
        _any,
        "A call of which no report has come and which no list shows",
        "no call; the phones in it are in use all the same",
        "inside calls have no list of their own; who waits in a queue, or rings on "
        "firmware without RING, is not reported",
        "3.8, 5.3, 5.5",
    ),
    Line(
        "hold",
        frozenset({"missing event"}),
        lambda case: (
            _untold(case)
            and _what(case, "held", "resumed")
            and not case.history.sim.switches.report_hold
        ),
        _any,
        "That a call was held or resumed, between two polls",
        "the state before, until a poll",
        "`Hold` is a word of lists; most firmware does not report it",
        "6.1, 9.11",
    ),
    Line(
        "one word for two calls",
        frozenset({"missing event", "extra event", "held"}),
        lambda case: (
            case.part is not None
            and (case.part.shared or case.part.lost_phone)
            and (
                (_untold(case) and _what(case, "held", "resumed"))
                or case.shown in ("held", "resumed")
            )
        ),
        _any,
        "Which of a phone's two calls is on hold",
        "the state before, for either",
        "a phone has one word for all its calls",
        "6.1",
    ),
    Line(
        "hold state",
        frozenset({"state"}),
        lambda case: (
            {case.shown, case.true} <= {"talking", "held", "unknown"}
            and case.part is not None
            and (
                case.shared
                or not case.history.in_reach(case.number)
                or case.part.crowded
                or (
                    not case.polled
                    and not case.history.sim.switches.report_hold
                )
            )
        ),
        _any,
        "Whether a call is talked on or on hold: of a phone with another call, of one "
        "out of reach, and between two polls",
        "either, or unknown",
        "a phone has one word for all its calls; most firmware does not report `Hold`",
        "6.1, 9.11",
    ),
    Line(
        "direction",
        frozenset({"direction"}),
        lambda case: case.story is not None
        and (
            case.story.pair_told is None or case.story.pair_told >= _at(case) - 0.001
        ),
        _unknown,
        "The direction of a call of which one party alone was told",
        "unknown",
        "ALERT and ANSWERED may name one party; an extension alone does not say who is "
        "at the other end",
        "5.3",
    ),
    Line(
        "trunk between polls",
        frozenset({"trunk status"}),
        lambda case: not case.polled,
        _any,
        "The status of a trunk between two polls",
        "what the last poll read",
        "a report of it is promised, but no page defines it",
        "5.3, notes; 9.13",
    ),
    Line(
        "settings between polls",
        frozenset({"name", "presence"}),
        lambda case: not case.polled,
        _any,
        "A name, a new or a deleted extension, before the list is read",
        "what the last poll read",
        "ConfigChange says which extension was changed, not what",
        "5.3",
    ),
    Line(
        "hold between polls",
        frozenset({"status"}),
        lambda case: (
            not case.polled
            and {case.shown, case.true} == {"busy", "on_hold"}
            and not case.history.sim.switches.report_hold
        ),
        _any,
        "Whether a busy phone holds its call, between two polls",
        "busy or on hold, as the last poll read",
        "`Hold` is a word of lists; most firmware does not report it",
        "6.1, 9.11",
    ),
    Line(
        "queue",
        frozenset({"outside state"}),
        lambda case: case.story is not None
        and case.story.call is not None
        and (
            case.story.call.state is CallState.QUEUED
            or "queue" in case.story.services
        ),
        lambda case: {case.shown, case.true} <= {"dialing", "talking", "unknown"},
        "Whether an outside caller who waits in a queue is connected to it",
        "dialing, or talking",
        "the row says `Wait`, and nothing is reported",
        "3.8, 6.3",
    ),
    Line(
        "service beside another call",
        frozenset(
            {
                "missing call",
                "extra event",
                "in call since",
                "event time",
                "last call",
                "talked",
                "outcome",
            }
        ),
        lambda case: case.story is not None and _alone_beside(case),
        lambda case: case.shown in (None, "ended", "missed", "answered")
        or not isinstance(case.shown, str),
        "Whether a call inside with a service of the PBX (an IVR, a conference, the "
        "voicemail, a queue) goes on, once a poll was read while its phone had another "
        "call",
        "the call, or its end",
        "no list shows such a call; the phone's one word may be that of the other call, "
        "and the end may not have been reported",
        "3.4, 3.8, 5.5, 6.1",
    ),
)
