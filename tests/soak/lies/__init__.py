"""Lies: each bends one thing that a switchboard shows or tells; the oracle has to notice.

A lie is planted in `Switchboard`'s own methods, on the way out, so that it works with any
engine behind them.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from unittest.mock import patch

from custom_components.pbx.client import (
    Call,
    CallDirection,
    CallEvent,
    CallEventType,
    CallOutcome,
    Changes,
    Extension,
    ExtensionStatus,
    Party,
    PartyState,
    Queue,
    QueueAgent,
    Switchboard,
    Trunk,
    TrunkStatus,
)

type Bend[T] = Callable[[T], T]
# What a switchboard has in each instance, not as a property.
ATTRIBUTES: Final = frozenset({"extensions", "trunks", "queues"})
ENDS: Final = frozenset(
    {CallEventType.ENDED, CallEventType.MISSED, CallEventType.FAILED}
)


@dataclass(frozen=True, slots=True)
class Lie:
    """One lie: what it bends of calls, events, or of a switchboard's other answers."""

    name: str
    call: Bend[Call] | None = None
    events: Callable[[tuple[CallEvent, ...]], tuple[CallEvent, ...]] | None = None
    patches: Callable[[], dict[str, Any]] | None = None


@contextmanager
def told(lie: Lie) -> Generator[None]:
    """Let every switchboard tell a lie."""
    bent: dict[str, Any] = {}
    if lie.call is not None:
        bent |= _calls(lie.call)
    if lie.events is not None:
        bent |= _events(lie.events)
    if lie.patches is not None:
        bent |= lie.patches()
    patches = [
        patch.object(Switchboard, name, value, create=name in ATTRIBUTES)
        for name, value in bent.items()
    ]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


# -- how things are bent


def _bent(event: CallEvent, bend: Bend[Call]) -> CallEvent:
    return replace(event, call=bend(event.call))


def _calls(bend: Bend[Call]) -> dict[str, Any]:
    """Bend each call, wherever it is shown: in lists, as the current one, in events."""
    calls = Switchboard.calls.fget  # type: ignore[attr-defined]
    of, current = Switchboard.calls_of, Switchboard.current_call
    last = Switchboard.last_call

    def bent_last(board: Switchboard, number: str) -> CallEvent | None:
        event = last(board, number)
        return None if event is None else _bent(event, bend)

    def bent_current(board: Switchboard, number: str) -> Call | None:
        call = current(board, number)
        return None if call is None else bend(call)

    return {
        "calls": property(lambda board: [bend(call) for call in calls(board)]),
        "calls_of": lambda board, number: [bend(call) for call in of(board, number)],
        "current_call": bent_current,
        "last_call": bent_last,
        **_events(lambda events: tuple(_bent(event, bend) for event in events)),
    }


def _events(
    bend: Callable[[tuple[CallEvent, ...]], tuple[CallEvent, ...]],
) -> dict[str, Any]:
    """Bend what is told; of the ends the last call of an extension, too."""
    apply, settle, reconcile = (
        Switchboard.apply,
        Switchboard.settle,
        Switchboard.reconcile,
    )

    def bent(changes: Changes) -> Changes:
        return replace(changes, events=bend(changes.events))

    return {
        "apply": lambda board, *args, **more: bent(apply(board, *args, **more)),
        "settle": lambda board, *args, **more: bent(settle(board, *args, **more)),
        "reconcile": lambda board, *args, **more: bent(reconcile(board, *args, **more)),
    }


def _each(bend: Bend[CallEvent], *, last: bool = True) -> dict[str, Any]:
    """Bend each event, and the last call alike."""
    shown = Switchboard.last_call

    def bent_last(board: Switchboard, number: str) -> CallEvent | None:
        event = shown(board, number)
        return None if event is None else bend(event)

    bent = _events(lambda events: tuple(bend(event) for event in events))
    return {**bent, "last_call": bent_last} if last else bent


def _without(*types: CallEventType) -> Callable[..., tuple[CallEvent, ...]]:
    return lambda events: tuple(event for event in events if event.type not in types)


def _ends(bend: Bend[CallEvent]) -> Callable[[], dict[str, Any]]:
    return lambda: _each(lambda event: bend(event) if event.type in ENDS else event)


def _parties(bend: Bend[Party]) -> Bend[Call]:
    return lambda call: replace(call, parties=tuple(map(bend, call.parties)))


def _extensions(bend: Bend[Extension]) -> Callable[[], dict[str, Any]]:
    return lambda: {"extensions": _Bent("extensions", bend)}


def _trunks(bend: Bend[Trunk]) -> Callable[[], dict[str, Any]]:
    return lambda: {"trunks": _Bent("trunks", bend)}


def _queues(bend: Bend[Queue]) -> Callable[[], dict[str, Any]]:
    return lambda: {"queues": _Bent("queues", bend)}


def _agents(bend: Bend[QueueAgent]) -> Callable[[], dict[str, Any]]:
    return _queues(
        lambda queue: replace(queue, agents=tuple(map(bend, queue.agents or ())))
    )


class _Bent:
    """A descriptor in front of an attribute of each switchboard that holds a mapping."""

    def __init__(self, name: str, bend: Callable[[Any], Any]) -> None:
        """Keep what to bend."""
        self._name = name
        self._bend = bend
        self._true = Switchboard.__dict__.get(name)

    def true(self, board: Switchboard) -> Any:
        """Return what the switchboard itself says."""
        return self._true.fget(board) if self._true else vars(board)[self._name]

    def __get__(self, board: Switchboard | None, kind: type) -> Any:
        """Return the mapping with each value bent."""
        if board is None:
            return self
        return {key: self._bend(value) for key, value in self.true(board).items()}

    def __set__(self, board: Switchboard, value: Any) -> None:
        """Take the mapping."""
        vars(board)[self._name] = value


def _twice(events: tuple[CallEvent, ...]) -> tuple[CallEvent, ...]:
    found: list[CallEvent] = []
    for event in events:
        found += [event, event] if event.type in ENDS else [event]
    return tuple(found)


def _swapped_order(events: tuple[CallEvent, ...]) -> tuple[CallEvent, ...]:
    words = {
        CallEventType.RINGING: CallEventType.ANSWERED,
        CallEventType.ANSWERED: CallEventType.RINGING,
    }
    return tuple(
        replace(event, type=words.get(event.type, event.type)) for event in events
    )


def _one_dropped(call: Call) -> Call:
    return replace(call, parties=call.parties[:-1])


def _first_dropped(call: Call) -> Call:
    return replace(call, parties=call.parties[1:]) if len(call.parties) > 2 else call


def _other_number(party: Party) -> Party:
    return party if party.extension else replace(party, number="999")


def _talking(party: Party) -> Party:
    return replace(party, state=PartyState.TALKING)


def _swapped(party: Party) -> Party:
    return replace(party, caller=None if party.caller is None else not party.caller)


def _hidden_of_two() -> dict[str, Any]:
    calls = Switchboard.calls.fget  # type: ignore[attr-defined]
    of, current = Switchboard.calls_of, Switchboard.current_call

    def several(board: Switchboard, call: Call) -> bool:
        return any(
            len(of(board, party.number)) > 1
            for party in call.parties
            if party.extension
        )

    def shown(board: Switchboard) -> list[Call]:
        return [call for call in calls(board) if not several(board, call)]

    return {
        "calls": property(shown),
        "call_count": property(lambda board: len(shown(board))),
        "calls_of": lambda board, number: [
            call for call in of(board, number) if not several(board, call)
        ],
        "current_call": lambda board, number: (
            None if len(of(board, number)) > 1 else current(board, number)
        ),
    }


def _ghost() -> dict[str, Any]:
    """Let each call stay as long as the next one lasts."""
    calls = Switchboard.calls.fget  # type: ignore[attr-defined]
    kept: dict[int, list[Call]] = {}

    def shown(board: Switchboard) -> list[Call]:
        now = list(calls(board))
        before = kept.setdefault(id(board), [])
        known = {call.started_at for call in now}
        ghosts = [call for call in before if call.started_at not in known]
        kept[id(board)] = now or before
        return now + ghosts

    return {
        "calls": property(shown),
        "call_count": property(lambda board: len(shown(board))),
    }


def _merged() -> dict[str, Any]:
    """Show the first two calls as one."""
    calls = Switchboard.calls.fget  # type: ignore[attr-defined]

    def shown(board: Switchboard) -> list[Call]:
        first, *rest = calls(board) or [None]
        if first is None or not rest:
            return [] if first is None else [first]
        return [replace(first, parties=first.parties + rest[0].parties), *rest[1:]]

    return {
        "calls": property(shown),
        "call_count": property(lambda board: len(shown(board))),
    }


def _polled_start() -> dict[str, Any]:
    """Show the time of the last poll as the beginning of each call."""
    reconcile = Switchboard.reconcile
    polled: dict[int, float] = {}

    def read(board: Switchboard, snapshot: Any, now: float = 0.0, **more: Any) -> Any:
        polled[id(board)] = now
        return reconcile(board, snapshot, now, **more)

    calls = Switchboard.calls.fget  # type: ignore[attr-defined]

    def shown(board: Switchboard) -> Iterable[Call]:
        moment = polled.get(id(board), 0.0)
        return [
            replace(call, started_at=max(call.started_at, moment))
            for call in calls(board)
        ]

    return {"reconcile": read, "calls": property(shown)}


def _last_of_another() -> dict[str, Any]:
    last = Switchboard.last_call

    def shown(board: Switchboard, number: str) -> CallEvent | None:
        others = (last(board, other) for other in board.extensions if other != number)
        return next((event for event in others if event is not None), None)

    return {"last_call": shown}


def _frozen() -> dict[str, Any]:
    """Show each extension as it was first seen."""
    first: dict[tuple[int, str], Extension] = {}

    def bend(board: Switchboard, extension: Extension) -> Extension:
        return first.setdefault((id(board), extension.number), extension)

    class Frozen(_Bent):
        def __get__(self, board: Switchboard | None, kind: type) -> Any:
            if board is None:
                return self
            return {key: bend(board, value) for key, value in self.true(board).items()}

    return {"extensions": Frozen("extensions", lambda value: value)}


def _constant(**values: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {
        name: lambda board, number, value=value: value for name, value in values.items()
    }


LIES: Final[tuple[Lie, ...]] = (
    # Those that the proof of before did not notice.
    Lie("no event is ever told", events=lambda events: ()),
    Lie("answered is never told", events=_without(CallEventType.ANSWERED)),
    Lie(
        "every outcome is busy",
        patches=_ends(lambda event: replace(event, outcome=CallOutcome.BUSY)),
    ),
    Lie(
        "no event names the other party",
        patches=lambda: _each(lambda event: replace(event, party=None)),
    ),
    Lie(
        "every call is inbound",
        call=lambda call: replace(call, direction=CallDirection.INBOUND),
    ),
    Lie("roles are swapped", call=_parties(_swapped)),
    Lie("the trunk is another", call=lambda call: replace(call, trunk="FXO-9")),
    Lie("the dialled number is another", call=lambda call: replace(call, dialed="999")),
    Lie("the group is another", call=lambda call: replace(call, via="6999")),
    Lie(
        "times are an hour off",
        call=lambda call: replace(
            call,
            started_at=call.started_at - 3600,
            answered_at=None if call.answered_at is None else call.answered_at - 3600,
        ),
    ),
    Lie("every number outside is 999", call=_parties(_other_number)),
    Lie("there is no current call", patches=_constant(current_call=None)),
    Lie("in call since 1970", patches=_constant(in_call_since=0.0)),
    Lie("there is no last call", patches=_constant(last_call=None)),
    Lie("calls of phones with two calls are hidden", patches=_hidden_of_two),
    Lie("all parties talk", call=_parties(_talking)),
    # And others.
    Lie("ringing is never told", events=_without(CallEventType.RINGING)),
    Lie("dialing is never told", events=_without(CallEventType.DIALING)),
    Lie("held is never told", events=_without(CallEventType.HELD)),
    Lie("resumed is never told", events=_without(CallEventType.RESUMED)),
    Lie("missed is never told", events=_without(CallEventType.MISSED)),
    Lie("ends are told twice", events=_twice),
    Lie("ringing and answered change places", events=_swapped_order),
    Lie(
        "who missed a call is told that another answered",
        patches=_ends(
            lambda event: (
                replace(event, outcome=CallOutcome.ANSWERED_ELSEWHERE)
                if event.outcome is CallOutcome.MISSED
                else event
            )
        ),
    ),
    Lie(
        "answered elsewhere is told as missed",
        patches=_ends(
            lambda event: (
                replace(event, outcome=CallOutcome.MISSED, type=CallEventType.MISSED)
                if event.outcome is CallOutcome.ANSWERED_ELSEWHERE
                else event
            )
        ),
    ),
    Lie(
        "how a call ended is never known",
        patches=_ends(lambda event: replace(event, outcome=None)),
    ),
    Lie(
        "the other one hung up",
        patches=_ends(
            lambda event: replace(
                event,
                call=replace(
                    event.call,
                    ended_by=next(
                        (
                            party.number
                            for party in event.call.parties
                            if party.number != event.call.ended_by
                        ),
                        None,
                    ),
                ),
            )
        ),
    ),
    Lie(
        "every call lasted no time",
        patches=_ends(
            lambda event: replace(event, call=replace(event.call, duration=0))
        ),
    ),
    Lie("nobody talked", patches=_ends(lambda event: replace(event, talked=0.0))),
    Lie(
        "all rang for a minute",
        patches=_ends(lambda event: replace(event, rang=60.0)),
    ),
    Lie("the last party is dropped", call=_one_dropped),
    Lie("one of three is dropped", call=_first_dropped),
    Lie("a call stays when it is over", patches=_ghost),
    Lie("two calls are one", patches=_merged),
    Lie("a call begins with the poll", patches=_polled_start),
    Lie("the last call is that of another", patches=_last_of_another),
    Lie("statuses are frozen", patches=_frozen),
    Lie(
        "all are idle",
        patches=_extensions(
            lambda extension: replace(extension, status=ExtensionStatus.IDLE)
        ),
    ),
    Lie(
        "nobody is out of reach",
        patches=_extensions(
            lambda extension: (
                replace(extension, status=ExtensionStatus.IDLE)
                if extension.status is ExtensionStatus.OFFLINE
                else extension
            )
        ),
    ),
    Lie(
        "names are frozen",
        patches=_extensions(
            lambda extension: replace(extension, name=f"Phone {extension.number}")
        ),
    ),
    Lie(
        "trunks are never down",
        patches=_trunks(
            lambda trunk: (
                replace(trunk, status=TrunkStatus.REGISTERED)
                if trunk.status is TrunkStatus.UNREGISTERED
                else trunk
            )
        ),
    ),
    Lie(
        "calls inside go outside",
        call=lambda call: (
            replace(call, direction=CallDirection.OUTBOUND)
            if call.direction is CallDirection.INTERNAL
            else call
        ),
    ),
    Lie("nothing is ever held", call=lambda call: replace(call, held=False)),
    Lie("ids are lost", call=lambda call: replace(call, id=None)),
    Lie(
        "events come late",
        patches=lambda: _each(lambda event: replace(event, at=event.at + 7)),
    ),
    Lie(
        "one extension is registered too many",
        patches=lambda: {
            "registered_count": property(
                lambda board: (
                    sum(bool(e.registered) for e in board.extensions.values()) + 1
                )
            )
        },
    ),
    Lie(
        "a trunk of the other end is lost",
        call=_parties(lambda party: replace(party, trunk=None)),
    ),
    Lie(
        "in call since the last event",
        patches=lambda: {"in_call_since": lambda board, number: None},
    ),
)

# Those of what only some systems tell.
LIES_OF_QUEUES: Final[tuple[Lie, ...]] = (
    Lie(
        "nobody waits in a queue",
        patches=_queues(lambda queue: replace(queue, callers=())),
    ),
    Lie(
        "the last caller of a queue is missing",
        patches=_queues(
            lambda queue: replace(queue, callers=queue.callers and queue.callers[:-1])
        ),
    ),
    Lie(
        "every agent is logged in",
        patches=_agents(lambda agent: replace(agent, logged_in=True)),
    ),
    Lie(
        "every agent pauses",
        patches=_agents(lambda agent: replace(agent, paused=True)),
    ),
    Lie(
        "no agent talks to a caller",
        patches=_agents(lambda agent: replace(agent, talking=False)),
    ),
    Lie("no call is parked", patches=lambda: {"parked": property(lambda board: ())}),
)
