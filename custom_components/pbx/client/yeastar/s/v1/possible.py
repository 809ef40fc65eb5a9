"""The possible states of each phone in each of its calls, according to a poll."""

from collections.abc import Callable, Iterator, Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from ....calls.call import CONNECTED, Leg, TrackedCall
from ....model import OUT_OF_REACH, CallDirection, ExtensionStatus, Party, PartyState
from .found import FoundCall

type States = frozenset[PartyState]

_RINGING: Final[States] = frozenset({PartyState.RINGING})
_DIALING: Final[States] = frozenset({PartyState.DIALING})
_HELD: Final[States] = frozenset({PartyState.HELD})
# The states that a phone can have in one call at a time only.
_ACTIVE: Final[States] = frozenset({PartyState.DIALING, PartyState.TALKING})
_ALL: Final[States] = _RINGING | _DIALING | CONNECTED

# The states in its only call, by the status of a phone (reference, 6.1).
_WORDS: Final = {
    ExtensionStatus.RINGING: _RINGING,
    ExtensionStatus.BUSY: _ACTIVE,
    ExtensionStatus.ON_HOLD: _HELD,
}


@dataclass(slots=True, eq=False)
class Picture:
    """One call as the poll shows it, with the matching remembered call, if any."""

    direction: CallDirection
    numbers: list[str]
    row: FoundCall | None = None
    lines: list[Party] = field(default_factory=list)
    call: TrackedCall | None = None
    caller: str | None = None

    def known(self, number: str) -> Leg | None:
        """Return the remembered leg of an extension, unless the extension had left."""
        leg = self.call.legs.get(number) if self.call is not None else None
        return leg if leg is not None and leg.present else None


class Possible:
    """The possible states of the phones in their calls.

    The phones `elsewhere` are in calls that no list can show.
    """

    def __init__(
        self,
        status: Callable[[str], ExtensionStatus | None],
        pictures: list[Picture],
        elsewhere: AbstractSet[str],
    ) -> None:
        """Find the states that agree with the lists, the ties and the statuses."""
        self._status = status
        self._states: dict[tuple[int, str], States] = {}
        self._new: set[tuple[int, str]] = set()
        of: dict[str, list[tuple[int, str]]] = {}
        for picture in pictures:
            for number in picture.numbers:
                key = (id(picture), number)
                self._states[key] = _by_row(picture)
                of.setdefault(number, []).append(key)
                if picture.known(number) is None:
                    self._new.add(key)
        for number, keys in of.items():
            word = _WORDS.get(status(number) or ExtensionStatus.IDLE)
            if word is not None and (
                word is _HELD or len(keys) + (number in elsewhere) < 2
            ):
                for key in keys:
                    self._narrow(key, word)
        for picture in pictures:
            for number in picture.numbers:
                self._narrow((id(picture), number), _by_role(picture, number))
        self._weigh(pictures, of)
        unanswered = []
        for picture in pictures:
            answered = [
                number
                for number in picture.numbers
                if (leg := picture.known(number)) and leg.answered_at is not None
            ]
            for number in answered:
                self._narrow((id(picture), number), CONNECTED)
            if not answered:
                unanswered.append(picture)
        # Once connected, a party stays so while another end rings for it.
        self._weigh(unanswered, of)

    def _weigh(
        self, pictures: list[Picture], of: dict[str, list[tuple[int, str]]]
    ) -> None:
        """Remove the states that do not fit each other."""
        for _ in range(2):
            for picture in pictures:
                if picture.row is None:
                    self._weigh_ends(picture)
            for number, keys in of.items():
                if len(keys) > 1:
                    self._weigh_calls(number, keys)

    def _narrow(self, key: tuple[int, str], to: States) -> None:
        """Remove all states except these, unless none would remain."""
        self._states[key] = self._states[key] & to or self._states[key]

    def _weigh_ends(self, picture: Picture) -> None:
        """Remove states that do not fit the other end of a call.

        A callee rings while its caller dials, or both ends are connected.
        """
        for first, second in _ends(picture):
            keys = (id(picture), first), (id(picture), second)
            for one, other in (keys, keys[::-1]):
                fitting: States = frozenset()
                for state in self._states[other]:
                    fitting |= _FITTING[state]
                self._narrow(one, fitting)

    def _weigh_calls(self, number: str, keys: list[tuple[int, str]]) -> None:
        """Remove states that do not fit the other calls or the status of a phone."""
        for key in keys:
            others = [other for other in keys if other is not key]
            # A phone that begins to dial holds its other calls.
            if any(self._states[one] <= _ACTIVE and one in self._new for one in others):
                self._narrow(key, _ALL - _ACTIVE)
            if self._status(number) is ExtensionStatus.RINGING and not any(
                self._states[one] & _RINGING for one in others
            ):
                self._narrow(key, _RINGING)

    def state(self, picture: Picture, number: str) -> tuple[PartyState, bool]:
        """Return the state of a phone in a call, and whether it is connected in it.

        The state is UNKNOWN if neither the poll nor the remembered call determines it.
        """
        states = self._states[id(picture), number]
        connected = states <= CONNECTED
        known = picture.known(number)
        if len(states) == 1:
            (state,) = states
        elif known is not None and known.state in states:
            state = known.state
        elif connected and self._status(number) in OUT_OF_REACH:
            state = PartyState.TALKING  # A phone out of reach cannot hold.
        else:
            state = PartyState.UNKNOWN
        return state, connected


_FITTING: Final = {
    PartyState.RINGING: _DIALING,
    PartyState.DIALING: _RINGING,
    PartyState.TALKING: CONNECTED,
    PartyState.HELD: CONNECTED,
}


def _by_row(picture: Picture) -> States:
    """Return the possible states of a phone, by its call in the list of calls."""
    if picture.row is None:
        return _ALL
    if picture.row.answered:
        return CONNECTED
    inbound = picture.direction is CallDirection.INBOUND
    return _RINGING if inbound else _RINGING | _DIALING


def _by_role(picture: Picture, number: str) -> States:
    """Return the possible states of a phone, by its role as caller or callee."""
    row, known = picture.row, picture.known(number)
    caller = number == picture.caller if picture.caller is not None else None
    if caller is None and known is not None and known.answered_at is None:
        caller = known.party.caller
    if caller is None and row is not None and number not in row.numbers:
        caller = False  # The row names the caller, or all callees.
    if caller is None:
        return _ALL
    return _ALL - (_RINGING if caller else _DIALING)


def _ends(picture: Picture) -> Iterator[tuple[str, str]]:
    """Yield the pairs of phones that are the two ends of a call."""
    numbers = picture.numbers
    caller = picture.caller
    if caller is None and picture.call is not None:
        caller = next(
            (n for n in numbers if (leg := picture.known(n)) and leg.party.caller),
            None,
        )
    if len(numbers) == 2:
        yield numbers[0], numbers[1]
    elif caller is not None:
        for number in numbers:
            if number != caller:
                yield caller, number
