"""Which calls there are: by their ids, by who takes part in them, and those that ended."""

from collections import OrderedDict
from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from ..model import Call
from .leg import Leg
from .live_call import LiveCall

# What ended is remembered, so that a late or doubled report finds it ended.
MAX_ENDED: Final = 500


class CallIndex:
    """The calls of one PBX, keyed by call id.

    A call whose id the PBX has not told yet has a key of our own until it does.
    """

    def __init__(self) -> None:
        """Begin without calls."""
        self.live: dict[str, LiveCall] = {}
        self._of: dict[str, dict[LiveCall, None]] = {}
        self._ended: OrderedDict[str, LiveCall] = OrderedDict()
        self._provisional = 0

    def of(self, number: str) -> list[Call]:
        """Return the live calls of an extension, the oldest first."""
        return [live.call for live in self.live_of(number)]

    def live_of(self, number: str) -> list[LiveCall]:
        """Return the same as they are kept."""
        # One that an extension came back to is not where it began.
        return sorted(self._of.get(number, ()), key=lambda live: live.started_at)

    def in_several(self) -> frozenset[str]:
        """Return the extensions that have more than one call."""
        return frozenset(number for number, calls in self._of.items() if len(calls) > 1)

    def remembered(self, call_id: str) -> LiveCall | None:
        """Return a call that ended not long ago."""
        return self._ended.get(call_id)

    def ended_since(self, since: float) -> Iterator[LiveCall]:
        """Iterate over the calls that ended not before then, the last one first."""
        return takewhile(
            lambda live: live.ended_at is not None and live.ended_at >= since,
            reversed(self._ended.values()),
        )

    def begin(self, call_id: str | None, now: float) -> LiveCall:
        """Open a call."""
        if call_id is None:
            self._provisional += 1
            key = f"?{self._provisional}"
        else:
            key = call_id
        live = self.live[key] = LiveCall(key, call_id, now)
        return live

    def identify(self, live: LiveCall, call_id: str) -> None:
        """Give a call the id that the PBX told at last."""
        calls = self.live if live.live else self._ended
        calls.pop(live.key, None)
        live.key = live.id = call_id
        live.changed()
        calls[call_id] = live

    def reopen(self, live: LiveCall) -> None:
        """Let a call go on that seemed to have ended."""
        self._ended.pop(live.key, None)
        live.ended_at = live.ended_by = None
        live.released = False
        live.changed()
        self.live[live.key] = live

    def bury(self, live: LiveCall) -> LiveCall | None:
        """Remember a call as ended; return the one that is forgotten for it, if any."""
        self.live.pop(live.key, None)
        self._ended[live.key] = live
        if len(self._ended) <= MAX_ENDED:
            return None
        return self._ended.popitem(last=False)[1]

    def enter(self, live: LiveCall, leg: Leg) -> None:
        """Put a call on an extension's list."""
        if leg.extension:
            self._of.setdefault(leg.number, {})[live] = None

    def exit(self, live: LiveCall, leg: Leg) -> None:
        """Take a call off an extension's list."""
        if not leg.extension:
            return
        calls = self._of.get(leg.number, {})
        calls.pop(live, None)
        if not calls:
            self._of.pop(leg.number, None)
