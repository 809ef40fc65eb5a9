"""What of the truth a poll can tell, and what no observer of the API can know."""

from tests.simulator import SimCall, Simulator
from tests.simulator.exchange import CallState
from tests.simulator.exchange.events import LegKind


def phones(call: SimCall) -> set[str]:
    """Return the extensions in a call."""
    return {leg.number for leg in call.legs if leg.kind is LegKind.EXTENSION}


def lines(call: SimCall) -> set[str]:
    """Return the ids of its lines to the outside."""
    return {leg.leg_id for leg in call.legs if leg.outside}


def service(call: SimCall) -> bool:
    """Return whether somebody talks to a service of the PBX, or waits for one."""
    kinds = (LegKind.VOICEMAIL, LegKind.IVR, LegKind.QUEUE, LegKind.PROMPT)
    return any(leg.kind in kinds for leg in call.legs) or len(call.legs) < 2


def begun(call: SimCall) -> bool:
    """Return whether it has reached anybody.

    A dial by API rings at the caller first; who waits in a queue is told of no one.
    """
    return call.state is not CallState.DIALLING and not service(call)


class Knowable:
    """Judges it for one exchange, as it is at the moment."""

    def __init__(self, sim: Simulator) -> None:
        """Keep which."""
        self._sim = sim

    def observable(self, call: SimCall) -> bool:
        """Return whether a poll shows that there is this call."""
        # A phone with a call that waits may look as if all its calls rang.
        waits = self._sim.switches.waiting_call_word == "Ringing"
        return bool(lines(call)) or (
            begun(call)
            and not (waits and not self.clear(call))
            and all(map(self.online, phones(call)))
            and any(map(self.asked_about, phones(call)))
        )

    def online(self, number: str) -> bool:
        """Return whether an extension's phone is registered."""
        extension = self._sim.extensions.get(number)
        return extension is not None and extension.registered

    def parties_shown(self, call: SimCall) -> bool:
        """Return whether a poll tells who is in a call.

        Several phones that ring are told in pairs with the caller; where one of them
        has another call, nothing tells the pairs from calls of their own.
        """
        # Whoever is called unavailable is not believed to be the other end, either.
        if not all(map(self.online, phones(call))):
            return False
        # A call handed on from outside to outside has two rows without a common word.
        if call.kind == "outbound" and len(lines(call)) > 1:
            return False
        return (
            bool(lines(call))
            or self.clear(call)
            or (
                len(phones(call)) < 3
                and self._sim.switches.waiting_call_word != "Ringing"
            )
        )

    def elsewhere(self, number: str) -> bool:
        """Return whether an extension is in use, and not asked for its calls."""
        used = bool(self._sim.exchange.legs_of(number))
        return used and not self.asked_about(number)

    def clear(self, call: SimCall) -> bool:
        """Return whether no phone in it has another call."""
        return all(len(self._sim.exchange.legs_of(n)) < 2 for n in phones(call))

    def asked_about(self, number: str) -> bool:
        """Return whether a poll asks an extension for its own calls, and learns all."""
        calls = self._sim.exchange.calls_of(number)
        first = self._sim.switches.call_objects == "array" or len(calls) == 1
        return first and not any(map(lines, calls)) and not any(map(service, calls))
