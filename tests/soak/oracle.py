"""Compares what a switchboard shows and told with what is true at the exchange."""

from collections.abc import Iterable
from typing import Final

from custom_components.pbx.client import Call, CallEvent as ToldEvent, Switchboard
from tests.simulator import SimCall, Simulator
from tests.simulator.exchange import CallState
from tests.simulator.exchange.events import LegKind, LegState

from .account import Account
from .knowable import Knowable, begun, lines, phones, service

# The words of a list (reference, 6.1) and ours.
STATUSES: Final = {
    "Registered": "idle",
    "Idle": "idle",
    "Ringing": "ringing",
    "Ring": "ringing",
    "Busy": "busy",
    "Hold": "on_hold",
    "Unavailable": "offline",
}
STATES: Final = {
    LegState.CALLING: "dialing",
    LegState.RINGING: "ringing",
    LegState.TALKING: "talking",
    LegState.HELD: "held",
}


class Ledger:
    """Compares a switchboard with an exchange, and what was told with what happened."""

    def __init__(self, sim: Simulator) -> None:
        """Begin to watch."""
        self._sim = sim
        self._knowable = Knowable(sim)
        self._account = Account(sim)
        self._murky = False
        # What polls could not show, and nothing reports again.
        self._hidden: set[tuple[str, str]] = set()

    @property
    def events(self) -> list[ToldEvent]:
        """What was told, but for what was before the last reload."""
        return self._account.events

    def reloaded(self) -> None:
        """Begin to count anew: what was told before is not remembered."""
        self._account.reloaded()

    def told(self, events: Iterable[ToldEvent]) -> None:
        """Note what was told."""
        self._account.told(events)

    def looked(self) -> None:
        """Note that the PBX is asked."""
        shown = map(self._knowable.clear, self._sim.calls.values())
        self._murky = self._murky or not all(shown)
        for call in self._sim.calls.values():
            if not self._knowable.observable(call):
                self._hidden.add((call.call_id, ""))
            self._hidden.update(
                (call.call_id, number)
                for number in phones(call)
                if not self._knowable.online(number)
            )

    # -- checks

    def check(self, board: Switchboard, *, polled: bool) -> None:
        """Raise AssertionError with all that is wrong."""
        wrong = [*self._statuses(board, polled), *self._calls(board, polled)]
        # Who rings with whom, nobody can know from a list of phones with two calls.
        wrong += [] if self._murky else self._account.too_many()
        wrong += self._account.doubles()
        assert not wrong, "\n".join([*wrong, "--", *self.picture(board)])

    def picture(self, board: Switchboard) -> list[str]:
        """Return both sides as lines of text."""
        return [
            *(
                f"PBX   {call.call_id} {call.kind} {call.state} "
                + ", ".join(f"{leg.kind} {leg.number} {leg.state}" for leg in call.legs)
                for call in self._sim.calls.values()
            ),
            *(
                f"board {call.id} {call.direction} "
                + ", ".join(f"{p.number} {p.state}" for p in call.parties)
                for call in board.calls
            ),
            *(
                f"event {e.at} {e.number} {e.type} {e.call.id} {e.outcome}"
                for e in self.events
            ),
        ]

    def _statuses(self, board: Switchboard, polled: bool) -> Iterable[str]:
        words = {n: STATUSES[self._sim.status_of(n)] for n in self._sim.extensions}
        shown = {n: str(e.status) for n, e in board.extensions.items()}
        for number, word in words.items():
            # That a call is held, or taken back, is reported by some firmware only.
            unsaid = not polled and "on_hold" in (word, shown[number])
            if shown[number] != word and not unsaid:
                yield f"{number} is {shown[number]} instead of {word}"
        counts = board.registered_count, board.in_use_count
        if counts != (
            sum(word not in ("offline", "fault") for word in shown.values()),
            sum(word in ("busy", "ringing", "on_hold") for word in shown.values()),
        ):
            yield f"counts {counts} are wrong"
        if polled:
            for name, trunk in self._sim.trunks.items():
                if board.trunks[name].usable is not trunk.usable:
                    yield f"trunk {name} is {board.trunks[name].status}"

    def _calls(self, board: Switchboard, polled: bool) -> Iterable[str]:
        matched: dict[str, Call] = {}
        for call in board.calls:
            if call.id in self._sim.monitors:
                continue  # firmware that reports it says no more than that
            real = self._match(call)
            if real is None:
                if not (polled and self._unknowable(call)):
                    yield f"{_text(call)} is not at the PBX"
            elif real.call_id in matched:
                if polled and not self._knowable.parties_shown(real):
                    continue
                yield f"{_text(call)} is there twice, as {_text(matched[real.call_id])}"
            else:
                matched[real.call_id] = call
                yield from self._parties(call, real, polled)
        # Of two calls between the same two phones, a list shows one.
        pairs = [_phones_of(call) for call in matched.values()] if polled else []
        for real in self._sim.calls.values():
            if (
                real.call_id not in matched
                and (
                    self._knowable.observable(real)
                    if polled
                    else begun(real) and (real.call_id, "") not in self._hidden
                )
                and not any(len(pair & phones(real)) > 1 for pair in pairs)
            ):
                yield f"call {real.call_id} of {real.numbers} is missing"

    def _match(self, call: Call) -> SimCall | None:
        if call.id in self._sim.calls:
            return self._sim.calls[call.id]
        # While nobody could see it, the same two may have hung up and called again.
        there = {party.leg for party in call.parties if party.leg}
        numbers = {party.number for party in call.parties if party.extension}
        for real in self._sim.calls.values():
            if there & lines(real) or (
                not there
                and not lines(real)
                and (
                    len(numbers & phones(real)) > 1
                    or numbers == set(filter(self._knowable.online, phones(real)))
                )
            ):
                return real
        return None

    def _unknowable(self, call: Call) -> bool:
        """Return whether nothing tells that this call is over.

        Who talks to a service of the PBX, or supervises, is seen in use and no more;
        who is in a call of the lists is not asked for others.
        """
        there = [n for n in _phones_of(call) if self._sim.exchange.legs_of(n)]
        outside = any(not party.extension for party in call.parties)
        return (
            bool(there)
            and not outside
            and not any(map(self._knowable.asked_about, there))
        )

    def _parties(self, call: Call, real: SimCall, polled: bool) -> Iterable[str]:
        shown = {p.number: str(p.state) for p in call.parties if p.extension}
        # Who the list calls unavailable counts as gone, though the call may go on.
        differ = {n for n in shown.keys() ^ phones(real) if self._knowable.online(n)}
        if not polled and real.state in (CallState.RINGING, CallState.QUEUED):
            # That one of several rings no more shows in their status alone, and that is
            # the other call's.
            differ -= {
                number
                for number, state in shown.items()
                if state == "ringing" and self._sim.exchange.legs_of(number)
            }
        if not polled:
            differ -= {n for n in differ if (real.call_id, n) in self._hidden}
        if polled:
            # Who is in a call of the lists is not asked whether they ring in another.
            differ -= {n for n in shown if self._knowable.elsewhere(n)}
        if differ and not (polled and not self._knowable.parties_shown(real)):
            yield f"{_text(call)} has {sorted(shown)}, not {sorted(phones(real))}"
        for leg in real.legs:
            state = STATES[leg.state]
            seen = shown.get(leg.number)
            # Who is put through to another stays connected, as nobody has told.
            if (state, seen) == ("dialing", "talking"):
                continue
            # Nor has any list that it is a service of the PBX which has answered.
            if polled and (state, seen) == ("talking", "dialing") and service(real):
                continue
            # A phone with two calls shows one word for both: what it and the other end
            # do in each, and which of them is held, nobody tells.
            clear = self._knowable.clear(real) and not (call.id is None and self._murky)
            if not clear and (polled or {state, seen} == {"talking", "held"}):
                continue
            if leg.kind is LegKind.EXTENSION and seen not in (state, None):
                yield f"{_text(call)}: {leg.number} is {seen}, not {state}"
        outside = {p.leg for p in call.parties if not p.extension}
        if outside != lines(real) and not (
            polled and not self._knowable.parties_shown(real)
        ):
            yield f"{_text(call)} has lines {outside}, not {lines(real)}"


def _phones_of(call: Call) -> frozenset[str]:
    return frozenset(party.number for party in call.parties if party.extension)


def _text(call: Call) -> str:
    return f"call {call.id} of {[party.number for party in call.parties]}"
