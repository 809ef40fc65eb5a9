"""What the S-Series API v1 cannot tell, case by case: the only excuses the proof knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.simulator.exchange import CallState
from tests.simulator.exchange.events import Failure, LegState

from .history import FAILURES, History, Moment, Part, Story


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


def _since_poll(case: Case, at: float | None) -> bool:
    """Return whether something happened, and no poll has been read since."""
    polled = case.history.last_poll
    return at is not None and (not case.polled or polled is None or at > polled)


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
    by = _at(case) + (0.001 if case.moment is None or _what(case, "end") else -0.001)
    return case.story is not None and any(
        "(" in record.callee and told <= by for told, record in case.story.records_told
    )


def _alone_beside(case: Case) -> bool:
    """Return whether polls could not show an extension's part in a call."""
    story = case.story
    assert story is not None
    if case.part is not None and case.field != "outcome":
        return case.part.hidden
    return any(part.hidden for part in story.parts) and not story.outside


def _others_new(case: Case) -> bool:
    """Return whether the other end came at the very moment: nothing names it yet."""
    return case.part is not None and any(
        abs(at - _at(case)) < 0.001 for at, _ in case.part.others
    )


def _recorded(part: Part) -> bool:
    """Return whether a record that was told names an extension, of whose parts the last."""
    last = [other for other in part.story.parts if other.number == part.number][-1]
    return part is last and any(
        part.number
        in (record.caller, record.callee.partition("(")[2].rstrip(")") or record.callee)
        for _, record in part.story.records_told
    )


def _unknown(case: Case) -> bool:
    return case.unknown


def _any(case: Case) -> bool:
    return True


_STATE_OF: Final = {
    "ringing": "ringing",
    "dialing": "dialing",
    "answered": "talking",
    "held": "held",
    "resumed": "talking",
    "end": "gone",
}

LINES: Final[tuple[Line, ...]] = (
    Line(
        "state of one of two calls",
        frozenset({"state"}),
        lambda case: (
            case.story is not None
            and any(
                part.crowded or case.history.shares_its_phone(part)
                for part in case.story.parts
                if part.live or _since_poll(case, part.ended)
            )
        ),
        _unknown,
        "What a phone does in one of its two calls, and what the other end does in it, "
        "where nothing but a poll has told",
        "unknown",
        "a phone has one word for all its calls; extension/query names the other end, "
        "not what is done",
        "6.1, 3.4",
    ),
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
            and case.moment is not None
            and not case.moment.rung
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
        frozenset({"missing call", "missing party"}),
        lambda case: (
            case.story is not None
            and (
                case.story.first_told is None
                or (case.part is not None and not case.part.known)
            )
        ),
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
        frozenset({"missing event", "extra event", "held", "event time"}),
        lambda case: (
            case.part is not None
            and (case.part.shared or case.part.lost_phone)
            and (
                (_what(case, "held", "resumed") and case.field == "event time")
                or (_untold(case) and _what(case, "held", "resumed"))
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
                or (not case.polled and not case.history.sim.switches.report_hold)
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
        lambda case: (
            case.story is not None
            and (
                case.story.pair_told is None
                or case.story.pair_told >= _at(case) - 0.001
            )
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
        lambda case: case.shown == case.history.trunks_read.get(case.number),
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
            any(
                _since_poll(case, part.moments[-1].at)
                for part in case.history.parts
                if part.number == case.number
            )
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
        lambda case: (
            case.story is not None
            and case.story.call is not None
            and (
                case.story.call.state is CallState.QUEUED
                or "queue" in case.story.services
            )
        ),
        lambda case: {case.shown, case.true} <= {"dialing", "talking", "unknown"},
        "Whether an outside caller who waits in a queue is connected to it",
        "dialing, or talking",
        "the row says `Wait`, and nothing is reported",
        "3.8, 6.3",
    ),
    Line(
        "not in any list",
        frozenset(
            {
                "missing call",
                "missing party",
                "missing event",
                "rang",
                "extra event",
                "in call since",
                "event time",
                "last call",
                "talked",
                "outcome",
            }
        ),
        lambda case: case.story is not None and _alone_beside(case),
        lambda case: (
            case.shown in (None, "ended", "missed", "answered", "dialing")
            or not isinstance(case.shown, str)
        ),
        "Whether a call inside with a service of the PBX (an IVR, a conference, the "
        "voicemail, a queue) goes on, once a poll was read while its phone had another "
        "call or was out of reach",
        "the call, or its end, and the call anew once a report names it",
        "no list shows such a call; the phone's one word may be that of the other call, "
        "and the end may not have been reported",
        "3.4, 3.8, 5.5, 6.1",
    ),
    Line(
        "stopped ringing",
        frozenset({"outcome", "end word"}),
        lambda case: case.part is not None and case.part.cause == "stopped",
        lambda case: (
            case.field == "end word"
            or case.unknown
            or case.shown in ("missed", "rejected")
            or (
                case.story is not None
                and (
                    (case.shown == "answered_elsewhere" and bool(case.story.answers))
                    or (
                        case.shown == "voicemail" and "voicemail" in case.story.services
                    )
                    or (
                        case.story.failure is not None
                        and case.shown == FAILURES[case.story.failure]
                    )
                )
            )
        ),
        "Why one of several phones, or a phone of a queue, stopped ringing",
        "missed, rejected, or how the whole call ended",
        "no report tells that it stopped; its status alone does",
        "5.3",
    ),
    Line(
        "old words",
        frozenset({"outcome", "end word"}),
        lambda case: (
            case.story is not None
            and case.story.failure in (Failure.DECLINED, Failure.DO_NOT_DISTURB)
            and (
                not case.story.failed_told
                or case.history.sim.switches.failure_words == "2017"
            )
        ),
        lambda case: case.shown in ("busy", "failed", "missed"),
        "Whether a call was declined, or the callee was busy",
        "busy",
        "the record says BUSY for both, as the reason `User busy` of 2017 does",
        "5.3, notes",
    ),
    Line(
        "id",
        frozenset({"id"}),
        lambda case: (
            case.story is not None
            and (case.story.id_told is None or case.story.id_told >= _at(case) - 0.001)
        ),
        _unknown,
        "The id of a call that polls alone have shown",
        "unknown",
        "the lists have no id of calls inside, and of calls to the outside another one",
        "3.4, 3.8",
    ),
    Line(
        "role",
        frozenset({"role"}),
        lambda case: case.part is not None and case.part.role_told is None,
        _unknown,
        "Who called whom, of a call inside that polls alone have shown, and of a phone "
        "of which alone RING tells",
        "unknown",
        "extension/query names the other extension, not who dialled",
        "3.4, 5.3",
    ),
    Line(
        "passed on",
        frozenset({"role"}),
        lambda case: (
            case.story is not None and (case.story.transferred or case.story.forwarded)
        ),
        _any,
        "Who is the caller of a call that was transferred",
        "the caller of its first part, or of its last",
        "reports name the two of the new part, in the order of that part",
        "5.3",
    ),
    Line(
        "rang",
        frozenset({"rang", "talked"}),
        lambda case: (
            case.part is not None
            and (
                case.part.jumped
                or any(moment.told != moment.at for moment in case.part.moments[:-1])
                or (case.story is not None and case.story.hit)
                or (
                    case.part.cause in ("stopped", "elsewhere")
                    and (case.history.hit or case.part.shared or case.part.lost_phone)
                )
                or not case.part.moments[:-1]
            )
        ),
        lambda case: isinstance(case.shown, float | int),
        "How long a part rang or lasted of which the beginning, the answer or the end was "
        "not told in time",
        "the time between what was told",
        "the record counts for the whole call, from its first ring",
        "5.3",
    ),
    Line(
        "named by the record",
        frozenset({"extra event", "last call"}),
        lambda case: (
            case.story is not None
            and case.story.call is not None
            and case.story.call.by_api
            and not case.story.failed_told
            and not any(
                p.number == case.number and any(moment.rung for moment in p.moments)
                for p in case.story.parts
            )
        ),
        lambda case: case.shown in ("missed", "ended"),
        "That the callee of a dial by the API was never called, as the caller's phone "
        "was not picked up",
        "a missed call of the callee",
        "the record names caller and callee, and RING is not sent by all firmware",
        "3.9, 5.3",
    ),
    Line(
        "other end",
        frozenset({"event party"}),
        lambda case: (
            case.story is not None
            and (
                case.story.pair_told is None
                or case.story.pair_told >= _at(case) - 0.001
                or (_what(case, "resumed") and _others_new(case))
            )
        ),
        _unknown,
        "Who is at the other end, while reports name one party alone",
        "unknown",
        "RING, ALERT, ANSWERED and BYE may name one party; so may a poll",
        "5.3, 3.4",
    ),
    Line(
        "supervision",
        frozenset(
            {
                *("extra call", "extra event", "in call since", "last call"),
                *("missing event", "missing end", "current call"),
            }
        ),
        lambda case: (
            (case.story is not None and case.story.monitor)
            or (
                case.field in ("in call since", "last call", "current call")
                and any(
                    part.number == case.number and part.story.monitor
                    for part in case.history.parts
                )
            )
        ),
        _any,
        "That a supervisor's phone is in no call of its own, on firmware that reports "
        "RING, ANSWER, BYE and a record for it",
        "a call of the supervisor alone",
        "those reports look like those of any call",
        "4.5, 9.9",
    ),
    Line(
        "stopped silently",
        frozenset({"extra party"}),
        lambda case: (
            case.part is not None
            and _since_poll(case, case.part.ended)
            and case.part.cause in ("stopped", "voicemail", "elsewhere")
            and (
                bool(case.history.sim.exchange.legs_of(case.number))
                or not case.history.in_reach(case.number)
            )
        ),
        lambda case: case.shown in ("ringing", "unknown"),
        "That a phone which has another call, or is out of reach, stopped ringing, between "
        "two polls",
        "that it rings",
        "no report tells that a phone of several stopped; its status stays what it was",
        "5.3, 6.1",
    ),
    Line(
        "line not told",
        frozenset({"trunk", "dialed"}),
        lambda case: (
            case.story is not None
            and not any(
                told < _at(case) - 0.001 for told in case.story.outside_told.values()
            )
        ),
        _unknown,
        "Trunk and dialled number of a call of which the end outside was not told yet",
        "unknown",
        "RING is not sent for all calls by all firmware, and reports can be missing",
        "5.3, 5.5",
    ),
    Line(
        "end outside not told",
        frozenset({"missing party", "line"}),
        lambda case: (
            case.story is not None
            and case.part is None
            and any(
                leg.leg_id not in case.story.outside_told
                for leg in case.story.current_outside
            )
        ),
        _unknown,
        "An end outside whose ringing was not reported and which no poll has shown yet",
        "no such party",
        "RING is not sent for all calls by all firmware, and reports can be missing",
        "5.3, 5.5",
    ),
    Line(
        "report lost",
        frozenset({"missing event"}),
        lambda case: _untold(case) and case.moment is not None and case.moment.hit,
        _any,
        "What a report would have told that was lost, late or damaged, where no poll came "
        "while it was so",
        "nothing",
        "reports can be missing, repeated or late, and none has a number",
        "5.5",
    ),
    Line(
        "two rings as one",
        frozenset({"missing end", "missing event", "rang"}),
        lambda case: (
            case.part is not None
            and (case.field != "missing event" or _what(case, "ringing"))
            and any(
                part.stop_hit
                for part in case.part.story.parts
                if part.number == case.part.number
            )
        ),
        _any,
        "That a queue rang a phone twice, where the status that tells the end of the "
        "first ring was lost or late",
        "one ring, from the beginning of the first to the end of the last",
        "a queue rings its agents again and again with the same id, and a report may be "
        "repeated",
        "5.3, 5.5",
    ),
    Line(
        "clock set",
        frozenset(
            {
                *("started", "event time", "answered", "in call since", "ended"),
                *("via", "trunk", "ended by"),
            }
        ),
        lambda case: case.story is not None and case.story.jumped,
        lambda case: (
            isinstance(case.shown, float | int)
            or (case.field in ("via", "trunk", "ended by") and case.unknown)
            or (
                # What was told before the answer looks as if it came after it.
                case.field == "answered"
                and case.story is not None
                and case.true < case.story.started
            )
        ),
        "Times of a call in which the clock of Home Assistant was set",
        "what that clock showed",
        "no report but NewCdr has a time, and that is the PBX's",
        "5.1",
    ),
    Line(
        "start told late",
        frozenset(
            {
                "missing call",
                "extra event",
                "in call since",
                "last call",
                "missing party",
            }
        ),
        lambda case: (
            case.story is not None and case.story.booted and not case.story.outside
        ),
        lambda case: case.shown in (None, "ended", "missed", "answered"),
        "Whether a call that no list shows began before or after the PBX started",
        "its end",
        "BootUp has no time, and may come late",
        "5.1, 5.3",
    ),
    Line(
        "end not told",
        frozenset({"ended by"}),
        lambda case: case.story is not None and case.story.bye_told is None,
        _unknown,
        "Who hung up, where BYE was lost, and of a call that failed",
        "unknown",
        "BYE alone tells it",
        "5.3",
    ),
    Line(
        "service hung up",
        frozenset({"ended by"}),
        lambda case: case.story is not None and bool(case.story.services),
        lambda case: case.story is not None and case.shown in case.story.byes,
        "That a service of the PBX hung up",
        "the other end, whom BYE names",
        "a service is no party of a report",
        "5.3",
    ),
    Line(
        "first BYE lost",
        frozenset({"ended by"}),
        lambda case: case.story is not None and case.story.bye_hit,
        lambda case: case.story is not None and case.shown in case.story.byes,
        "Who hung up, where the first of two BYE was lost or late",
        "the other end",
        "the second BYE is like the first, but for the order of its parties",
        "5.3",
    ),
    Line(
        "how it ended",
        frozenset({"outcome", "end word", "duration", "call talked"}),
        lambda case: (
            case.story is not None
            and not case.story.failed_told
            and not case.story.records_told
        ),
        lambda case: (
            case.unknown
            or case.field == "end word"
            or (case.shown == "answered" and case.true == "voicemail")
        ),
        "How a call ended of which neither the record nor a failure was told",
        "unknown; answered, for one that the voicemail took",
        "BYE is the same for a call that was answered and one that was not; what "
        "answers ANSWERED does not name may be the voicemail",
        "5.3",
    ),
    Line(
        "never told",
        frozenset({"missing end"}),
        lambda case: (
            case.part is not None and not case.part.known and not _recorded(case.part)
        ),
        _any,
        "The end of a part of which nothing had told that it began",
        "nothing",
        "reports can be missing",
        "5.5",
    ),
    Line(
        "seen before its id",
        frozenset(
            {
                *("extra event", "event party", "started", "answered", "event time"),
                *("in call since", "direction", "id", "missing end", "missing event"),
                *(
                    "last call",
                    "rang",
                    "talked",
                    "call twice",
                    "extra call",
                    "ended by",
                ),
                *("outcome", "duration", "call talked", "role", "end word"),
            }
        ),
        lambda case: case.story is not None and case.story.adopted,
        _any,
        "Whether a call that polls alone have shown is the one of which a report of one "
        "party, or a record, tells for the first time",
        "the end of one call and the beginning of another",
        "the lists have no id of such a call; the two may have hung up and one of them "
        "called again, unseen",
        "3.4, 3.8, 5.3",
    ),
    Line(
        "answer not told",
        frozenset({"in call since", "answered"}),
        lambda case: (
            case.shown is None
            and case.story is not None
            and (
                case.story.answer_told is None
                or (
                    case.part is not None
                    and all(
                        moment.told is None
                        for moment in case.part.moments
                        if moment.what == "answered"
                    )
                )
            )
        ),
        _unknown,
        "That, and since when, a call is connected of which the answer was not told",
        "unknown",
        "a phone has one word for dialling and talking; the other phone's word, which "
        "would tell, may be that of another call",
        "5.5, 6.1",
    ),
    Line(
        "put through",
        frozenset({"state", "outside state"}),
        lambda case: (
            case.part.answered is not None and case.part.leg.state is LegState.CALLING
            if case.part is not None
            else case.story is not None
            and any(
                leg.state is LegState.CALLING
                and leg.leg_id in case.story.outside_answered
                for leg in case.story.current_outside
            )
        ),
        lambda case: case.shown in ("dialing", "talking", "held", "unknown", "ringing"),
        "Whether one who is put through to another was connected before",
        "dialing or talking",
        "the row of such a call says `Progress` again, and the phone says `Busy`",
        "3.8, 6.3",
    ),
    Line(
        "state beside another call",
        frozenset({"state"}),
        lambda case: (
            case.part is not None
            and (
                case.shared
                or not case.history.in_reach(case.number)
                or any(
                    not case.history.in_reach(other.number)
                    for other in case.part.story.live_parts()
                )
            )
            and not case.part.told_state
            and not any(
                other.state == "talking" and other.told_state
                for other in (case.story.live_parts() if case.story else ())
            )
        ),
        lambda case: (
            case.unknown
            or (
                case.part is not None
                and case.shown in {_STATE_OF[m.what] for m in case.part.moments[:-1]}
            )
        ),
        "What a phone with another call, or one out of reach, does in a call, where the "
        "report of it was lost",
        "unknown, or what was told last",
        "a phone has one word for all its calls, and none when it is out of reach",
        "6.1",
    ),
    Line(
        "queue told late",
        frozenset({"extra event", "last call", "event time", "rang"}),
        lambda case: (
            case.story is not None
            and case.story.vias & case.history.sim.exchange.queues.keys() != set()
            and case.history.hit
            and (case.story.late or case.history.status_late)
        ),
        lambda case: (
            case.shown in ("ringing", "missed", "ended")
            or not isinstance(case.shown, str)
        ),
        "Whether a queue rings an agent once more, or a report of the first ring is late",
        "one more ring",
        "a queue rings its agents again and again, with the same id; no report has a time",
        "5.1, 5.3",
    ),
    Line(
        "end told late",
        frozenset(
            {
                *("extra event", "started", "answered", "event time", "in call since"),
                *("missing end", "missing event", "last call", "outcome", "rang"),
                *("duration", "call talked", "ended by", "end word", "event party"),
            }
        ),
        lambda case: (
            any(
                other.late
                and other.id_told is None
                and other is not case.story
                and {part.number for part in other.parts}
                & (
                    {part.number for part in case.story.parts}
                    if case.story is not None
                    else {case.number}
                )
                for other in case.history.stories.values()
            )
            or (
                case.story is not None
                and case.story.late
                and case.story.id_told is None
            )
        ),
        _any,
        "Whether late reports of a call whose id nothing had told are of the one that a "
        "poll shows with the same extensions",
        "the end of that one, and one more call",
        "the lists have no id of calls inside, and reports have no time",
        "3.4, 3.8, 5.1",
    ),
    Line(
        "transfer not told",
        frozenset(
            {
                *("id", "started", "answered", "in call since", "extra event", "trunk"),
                *("direction", "via", "role", "missing event", "missing end", "rang"),
                *("talked", "outcome", "event party", "event time", "last call"),
                *("duration", "call talked", "ended by", "end word", "state"),
                *("extra call", "missing call", "missing party", "extra party"),
                *("call twice", "outside state", "line"),
            }
        ),
        lambda case: case.story is not None and case.story.transfer_hit,
        _any,
        "Whether a call of which a poll shows other ends is the one from before, where "
        "the reports of its transfer were lost or late",
        "the end of one call and the beginning of another",
        "the lists have no id of calls inside and to the outside",
        "3.4, 3.8, 5.3",
    ),
    Line(
        "answer and hold at once",
        frozenset({"missing event"}),
        lambda case: (
            _what(case, "held", "resumed")
            and case.part is not None
            and all(
                moment.told is None
                for moment in case.part.moments
                if moment.what == "answered"
            )
        ),
        _any,
        "That a call was held of which nothing had told that it was answered",
        "its answer",
        "the phone's word `Hold` tells both at once",
        "6.1",
    ),
    Line(
        "talk while put through",
        frozenset({"talked"}),
        lambda case: case.story is not None and case.story.transferred,
        lambda case: (
            case.part is not None
            and case.story is not None
            and abs(
                case.shown
                - sum(
                    record.talked
                    for record in case.story.records
                    if case.number
                    in (
                        record.caller,
                        record.callee.partition("(")[2].rstrip(")") or record.callee,
                    )
                )
            )
            <= 1.0
        ),
        "Whether the time in which one was put through to another counts as talk",
        "what the records say",
        "the records count from one answer to the end of each part",
        "5.3",
    ),
)


def table() -> str:
    """Return the lines as the page of the documentation that shows them."""
    rows = [
        f"| {line.what} | {line.instead} | {line.because} | {line.reference} |"
        for line in LINES
    ]
    return "\n".join(
        (
            "# What an S-Series PBX cannot tell",
            "",
            "The integration shows what the PBX tells. Where the S-Series API (v1) has no "
            "word for something, or the PBX's report of it was lost and no list shows it, "
            "nobody outside the PBX can know it. This page lists those cases: everything "
            "else is shown as it is, and a proof in `tests/soak` compares every shown value "
            "with a simulated exchange.",
            "",
            "Sections are those of the project's API reference. "
            "(This page is written by `python -m tests.soak.cannot_tell`.)",
            "",
            "| What it cannot tell | What is shown instead | Why | Section |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        )
    )


if __name__ == "__main__":
    import sys

    sys.stdout.write(table())
