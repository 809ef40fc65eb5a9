"""The exchange: which calls live, and how they come to be."""

from collections.abc import Callable
from functools import partial

from . import routing
from .call import SimCall
from .connection import CallKind, CallState
from .errors import NoSuchCall, NoSuchNumber, NotPossible
from .events import Booted, Failure, LegKind, LegState, SettingsChanged
from .extension import SimExtension
from .leg import Leg
from .lines import Lines
from .monitoring import MonitorLeg, MonitorMode


class Exchange(Lines):
    """The PBX without its wire."""

    older_call_stays = False

    def route(self, call: SimCall, number: str, trunk: str | None = None) -> None:
        """Put a call through to a number of any kind."""
        routing.route(self, call, number, trunk)

    def check_destination(self, number: str) -> None:
        """Raise NoSuchNumber for what cannot be dialled."""
        routing.check_destination(self, number)

    def go_on_after_reject(self, call: SimCall, leg: Leg) -> bool:
        """Send a declined call back to its queue, or where the extension forwards to."""
        return routing.go_on_after_reject(self, call, leg)

    def became_free(self, number: str) -> None:
        """Let the queues in which an extension is an agent ring it."""
        for call in list(self.calls.values()):
            if call.state is CallState.QUEUED and number in self.queues.get(
                call.via, ()
            ):
                routing.serve_queue(self, call)

    # -- calls

    def call(self, caller: str, callee: str, trunk: str | None = None) -> SimCall:
        """Dial by hand."""
        extension = self.extensions.get(caller)
        if extension is None:
            raise NoSuchNumber(caller)
        if not extension.registered or len(self.legs_of(caller)) >= extension.max_calls:
            raise NotPossible(f"{caller} cannot dial now")
        call = self._new_call(caller, callee, trunk)
        self.only_talks_here(call.caller)
        self.occupy(call.caller)
        self.route(call, callee, trunk)
        return call

    def trunk_for(self, number: str) -> str | None:
        """Return the trunk that an outside number would leave through."""
        trunk = routing.outbound_trunk(self, number)
        return None if trunk is None else trunk.name

    def dial(
        self, caller: str, callee: str, pick_up: bool, trunk: str | None = None
    ) -> SimCall:
        """Dial by API: the caller's phone rings first, then the callee's (reference 3.9)."""
        extension = self.extensions[caller]
        call = self._new_call(caller, callee, trunk, by_api=True)
        if not extension.registered or len(self.legs_of(caller)) >= extension.max_calls:
            why = Failure.BUSY if extension.registered else Failure.UNREACHABLE
            call.fail(why, call.caller)
            return call
        pick_up = pick_up and extension.auto_answer
        self.ring_caller(
            call,
            extension.ring_seconds,
            pick_up,
            partial(self.route, call, callee, trunk),
        )
        return call

    def ring_caller(
        self,
        call: SimCall,
        seconds: float,
        pick_up: bool,
        go_on: Callable[[], None],
    ) -> None:
        """Ring the phone of who is to be the caller, and go on when it is picked up."""
        call.state = CallState.DIALLING
        call.caller.state = LegState.RINGING
        call.when_picked_up = go_on
        self.occupy(call.caller)
        if self.switches.ring_report_for_caller:
            call.emit("ring", call.caller)
        after = self.switches.answer_after
        if pick_up:
            call.answer()
        elif after is not None:
            call.timer(after, call.answer)
        else:
            call.timer(seconds, partial(call.fail, Failure.UNREACHABLE, call.caller))

    def inbound(self, caller: str, callee: str, trunk: str) -> SimCall:
        """Let somebody outside call in."""
        if not routing.is_inside(self, callee):
            raise NoSuchNumber(callee)
        line = self.trunks[trunk]
        leg = self.new_leg(LegKind.INBOUND, caller)
        leg.from_number, leg.to_number, leg.trunk = caller, callee, line.name
        call = SimCall(self, leg.call_id, "inbound", leg, callee)
        self.calls[call.call_id] = call
        if line.control_answering:
            call.state = CallState.INVITED
            call.emit("invite", leg)
            call.timer(self.switches.invite_window, lambda: self.accept(call))
        else:
            self.accept(call)
        return call

    def accept(self, call: SimCall) -> None:
        """Take an inbound call."""
        call.no_timer()
        call.state = CallState.RINGING
        call.emit("incoming", call.caller)
        self.route(call, call.dialled)

    def refuse(self, call: SimCall) -> None:
        """Refuse an inbound call: hung up and never logged (reference 3.9)."""
        call.drop()
        del self.calls[call.call_id]

    def _new_call(
        self, caller: str, callee: str, trunk: str | None, by_api: bool = False
    ) -> SimCall:
        self.check_destination(callee)
        inside = trunk is None and routing.is_inside(self, callee)
        if trunk is not None and trunk not in self.trunks:
            raise NoSuchNumber(trunk)
        leg = self.new_leg(LegKind.EXTENSION, caller)
        kind: CallKind = "internal" if inside else "outbound"
        call = SimCall(self, leg.call_id, kind, leg, callee, by_api)
        self.calls[call.call_id] = call
        return call

    def pick_up(self, number: str) -> None:
        """Take the handset of a ringing phone."""
        for leg in self.legs_of(number):
            if leg.state is not LegState.RINGING:
                continue
            if leg.call_id in self.monitors:
                self.monitors[leg.call_id].answer()
            else:
                self.calls[leg.call_id].answer(number)
            return
        raise NotPossible(f"{number} does not ring")

    def monitor(self, mode: MonitorMode, supervisor: str, extension: str) -> MonitorLeg:
        """Bring a supervisor into the call an extension has; the rules are checked elsewhere."""
        calls = sorted(
            self.calls_of(extension),
            key=lambda call: call.state is not CallState.TALKING,
        )
        if not calls:
            raise NoSuchCall(extension)
        leg = MonitorLeg(
            self, mode, self.new_leg(LegKind.EXTENSION, supervisor), calls[0]
        )
        leg.begin(extension)
        return leg

    # -- transfers that need more than one call

    def attended_transfer(self, by: str) -> SimCall:
        """Connect the other ends of an extension's two calls, which it leaves.

        [choose]: reference 3.9 has no fields for it, and 5.3 one report for a transfer.
        The first call goes on, the second ends with a record of its own. Where
        `older_call_stays`, the first is the older one, not the first on the phone.
        """
        calls = [call for call in self.calls_of(by) if call.connected]
        if self.older_call_stays:
            calls.sort(key=lambda call: call.sequence)
        if len(calls) != 2 or len(self.legs_of(by)) != 2:
            raise NotPossible(f"{by} has not two calls to connect")
        first, second = calls
        mine, asking = first.leg_of(by), second.leg_of(by)
        if mine is None or asking is None:
            raise NoSuchCall(by)
        staying, joining = first.other(mine), second.other(asking)
        people = (LegKind.EXTENSION, LegKind.OUTBOUND)
        if (
            staying is None
            or joining is None
            or staying.kind not in (*people, LegKind.INBOUND)
            or joining.kind not in people
            or staying.number == joining.number
        ):
            raise NotPossible(f"{by} cannot connect these")
        first.consulted = second
        first.emit("transfer", mine, staying)
        first.hand_over(staying)
        joined = Leg(
            joining.kind,
            joining.number,
            joining.leg_id,
            first.call_id,
            LegState.TALKING,
            joining.from_number,
            joining.to_number,
            joining.trunk,
        )
        self.occupy(joined)
        second.hang_up_leg(asking)
        first.consulted = None
        first.connect(joined)
        return first

    def fetch(self, number: str, slot: str) -> SimCall:
        """Let an extension take the call that waits in a parking slot."""
        for call in self.calls.values():
            if any(
                leg.kind is LegKind.PARKING and leg.number == slot
                for leg in call.callees
            ):
                break
        else:
            raise NoSuchCall(slot)
        extension = self.extensions[number]
        busy = len(self.legs_of(number)) >= extension.max_calls
        if busy or not extension.registered or call.caller.number == number:
            raise NotPossible(f"{number} cannot fetch {slot}")
        call.connect(self.new_leg(LegKind.EXTENSION, number, call.call_id))
        return call

    # -- the administrator

    def add(self, extension: SimExtension) -> None:
        """Create an extension."""
        self.extensions[extension.number] = extension
        self.emit(SettingsChanged("extension", extension.number, "add"))
        self.state_changed(extension.number)

    def remove(self, number: str) -> None:
        """Delete an extension with its calls."""
        # First, lest a queue ring it as soon as its calls have ended.
        del self.extensions[number]
        self.hang_up_extension(number)
        self._told.pop(number, None)
        self.emit(SettingsChanged("extension", number, "del"))

    def renumber(self, number: str, new: str) -> None:
        """Give an extension another number; its calls end."""
        extension = self.extensions.pop(number)
        self.hang_up_extension(number)
        self._told.pop(number, None)
        extension.number = new
        self.extensions[new] = extension

    def hang_up_extension(self, number: str) -> None:
        """End every call and monitor leg of an extension."""
        for leg in self.legs_of(number):
            self.hang_up_leg(leg)

    def hang_up_leg(self, leg: Leg) -> None:
        """End what one leg takes part in; one of several that ring only stops ringing."""
        if leg.call_id in self.monitors:
            self.monitors[leg.call_id].end()
        elif (call := self.calls.get(leg.call_id)) is not None:
            ringing = [end for end in call.callees if end.state is LegState.RINGING]
            if leg.state is LegState.RINGING and leg in ringing:
                call.reject(leg.number)
            else:
                call.hang_up_leg(leg)

    def restart(self) -> None:
        """Lose power and come back: calls are gone without a record."""
        self.vanish()
        self.know_states()
        self.booted = self.clock.now()
        self.emit(Booted())
