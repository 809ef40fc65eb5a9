"""The channels and bridges of Asterisk, as events tell them (reference, sections 3 to 6).

What the neutral exchange did since the last look is told as Asterisk would have done it:
`Channels.look` compares the legs of all calls with the channels and sends the events.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from tests.simulator.exchange import CallState, Exchange, Leg, MonitorLeg, SimCall
from tests.simulator.exchange.events import (
    Booted,
    CallEvent,
    CallFailed,
    CallRecorded,
    Event,
    Failure,
    LegKind,
    LegState,
    Reregistered,
)

from .switches import AsteriskSwitches
from .waiting import Waiting

type Fields = dict[str, str]
type Send = Callable[[str, str, Fields], None]

PEOPLE = (LegKind.EXTENSION, LegKind.INBOUND, LegKind.OUTBOUND)
OWN_SPY = "pbx-spy-"
CAUSES = {
    Failure.BUSY: 17,
    Failure.DECLINED: 21,
    Failure.DO_NOT_DISTURB: 17,
    Failure.UNREACHABLE: 20,
    Failure.NO_SUCH_NUMBER: 1,
    Failure.NO_PERMISSION: 21,
    Failure.NO_LINE: 34,
}
APPLICATIONS = {
    LegKind.VOICEMAIL: ("VoiceMail", "{}@default,u"),
    LegKind.IVR: ("BackGround", "ivr-{}"),
    LegKind.QUEUE: ("Queue", "{},t,,,"),
    LegKind.PROMPT: ("Playback", "{}"),
    LegKind.CONFERENCE: ("ConfBridge", "{}"),
    LegKind.PARKING: ("Park", "{}"),
}
# Seconds from which on a caller has left a message.
MESSAGE = 2.0
STATES = {"Down": "0", "Ring": "4", "Ringing": "5", "Up": "6", "Busy": "7"}


def device_of(leg: Leg) -> str:
    """Return the device of a leg: `PJSIP/1001`, or that of its trunk."""
    return f"PJSIP/{leg.trunk if leg.outside else leg.number}"


def sequence_of(leg: Leg) -> int:
    """Return the place of a leg in the order in which all came to be."""
    return int(leg.leg_id.rpartition(".")[2])


def name_of(leg: Leg) -> str:
    """Return the name of the channel of a leg."""
    return f"{device_of(leg)}-{sequence_of(leg):08x}"


def did_of(call: SimCall) -> str:
    """Return the number outside that was dialled to reach the PBX."""
    return f"555{call.dialled}"


@dataclass(slots=True, eq=False)
class Channel:
    """One channel; `call` is the exchange's id of its call, `leg` None for a helper."""

    name: str
    unique: str
    linked: str
    call: str
    number: str
    exten: str
    begun: float
    leg: Leg | None = None
    context: str = "from-internal"
    state: str = "Down"
    bridge: Bridge | None = None
    held: bool = False
    application: str = ""
    data: str = ""
    service: str = ""
    served: float = 0.0
    queue: str = ""
    pair: tuple[Channel, Channel] | None = None

    @property
    def device(self) -> str:
        """Return the device: the name without the number of the channel."""
        return self.name.rpartition("-")[0]


@dataclass(slots=True, eq=False)
class Bridge:
    """A bridge and the channels in it."""

    unique: str
    type: str = "basic"
    channels: list[Channel] = field(default_factory=list)


class Channels:
    """All channels of an exchange; `send` gets the class, the name and the fields of an event."""

    def __init__(
        self, exchange: Exchange, switches: AsteriskSwitches, send: Send
    ) -> None:
        """Initialize without a channel."""
        self._exchange = exchange
        self.switches = switches
        self.send = send
        self._of: dict[str, Channel] = {}
        self._calls: dict[str, SimCall] = {}
        self._talks: dict[str, str] = {}
        # Legs that leave their call by a transfer which is not complete yet.
        self._passing: dict[str, Leg] = {}
        self._lingering: list[Channel] = []
        self._spies: dict[str, tuple[Channel, MonitorLeg]] = {}
        self._bridges = 0
        self._locals = 0
        self._told: dict[str, str] = {}
        # Ids that were chosen beforehand for the channels of legs.
        self.chosen: dict[str, str] = {}
        self.waiting = Waiting(exchange, self._send, self._about)
        exchange.listeners.append(self.happened)
        self.know_devices()

    # -- looking at it

    def all(self) -> Iterator[Channel]:
        """Iterate over all channels, the oldest first."""
        for channel in self._of.values():
            yield channel
            yield from channel.pair or ()
        yield from self._lingering
        for channel, _ in self._spies.values():
            yield channel

    def named(self, name: str) -> Channel | None:
        """Return the channel with a name or an id."""
        return next((one for one in self.all() if name in (one.name, one.unique)), None)

    def lingers(self, number: str) -> bool:
        """Return whether a phone has not hung up yet after it transferred its call."""
        device = f"PJSIP/{number}"
        return any(channel.device == device for channel in self._lingering)

    def device_states(self) -> dict[str, str]:
        """Return the states of all devices."""
        exchange = self._exchange
        states: dict[str, list[str]] = {}
        held: set[str] = set()
        for channel in self.all():
            states.setdefault(channel.device, []).append(channel.state)
            if channel.bridge and any(
                other.held for other in channel.bridge.channels if other is not channel
            ):
                held.add(channel.device)
        found = {}
        for number, extension in exchange.extensions.items():
            device = f"PJSIP/{number}"
            away = not extension.registered or extension.malfunction
            found[device] = _word(states.get(device, []), device in held, away)
        for trunk in exchange.trunks.values():
            device = f"PJSIP/{trunk.name}"
            away = not trunk.usable
            found[device] = _word(states.get(device, []), device in held, away)
        return found

    def on_hold(self, channel: Channel) -> bool:
        """Return whether others hold a channel: `CHANNEL(onhold)`."""
        return any(other.held for other in self._others(channel))

    def _others(self, channel: Channel) -> list[Channel]:
        """Return the channels connected to one by its bridge and by Local pairs."""
        found: list[Channel] = []
        ahead = [channel]
        while ahead:
            bridge = ahead.pop().bridge
            for other in bridge.channels if bridge else ():
                if other is channel or other in found:
                    continue
                found.append(other)
                twin = next(
                    (
                        pair[1 - pair.index(other)]
                        for one in self._of.values()
                        if (pair := one.pair) and other in pair
                    ),
                    None,
                )
                if twin is not None and twin not in found:
                    found.append(twin)
                    ahead.append(twin)
        return found

    # -- what the exchange tells

    def happened(self, event: Event) -> None:
        """Send what an event of the exchange is in the words of Asterisk."""
        match event:
            case CallEvent(kind="bye"):
                self._bye(event)
            case CallEvent(kind="transfer"):
                self._transferred(event)
            case CallFailed():
                self.look()
                self._failed(event)
            case CallEvent() | CallRecorded():
                self.look()
            case Booted():
                self._booted()
            case Reregistered():
                fields = {"EndpointName": event.number, "ContactStatus": "Reachable"}
                self.send("system", "ContactStatus", fields)

    def look(self) -> None:
        """Send what has changed since the last look."""
        self._passing = {
            call_id: leg
            for call_id, leg in self._passing.items()
            if (call := self._exchange.calls.get(call_id)) and leg in call.legs
        }
        calls = [
            call
            for call in self._exchange.calls.values()
            if call.call_id not in self._passing
        ]
        if any(call.consulted is not None for call in calls):
            return  # it is being joined with another, in several steps
        self._calls |= {call.call_id: call for call in calls}
        # Of those that end just now, some legs are released before others.
        calls = [call for call in calls if call.live]
        self._join(calls)
        for call in calls:
            self._begin(call)
            self._serve(call)
        self._end(elsewhere=False)
        for call in calls:
            self._hold(call)
            self._go_on(call)
            self._hold(call)
        self._end(elsewhere=True)
        self._spy()
        self._tell_devices()
        for call_id in self._calls.keys() - self._exchange.calls.keys():
            del self._calls[call_id]
            self._talks.pop(call_id, None)

    def know_devices(self) -> None:
        """Take the states of all devices as sent."""
        self._told = self.device_states()
        self.waiting.states |= self._told

    # -- sending

    def _send(self, kind: str, name: str, fields: Fields) -> None:
        self.send(kind, name, fields)

    def _tell(self, name: str, channel: Channel, **more: str) -> None:
        self.send("call", name, {**self._about(channel), **more})

    def _about(self, channel: Channel, prefix: str = "") -> Fields:
        return {
            f"{prefix}Channel": channel.name,
            f"{prefix}ChannelState": STATES[channel.state],
            f"{prefix}ChannelStateDesc": channel.state,
            f"{prefix}CallerIDNum": channel.number or "<unknown>",
            f"{prefix}CallerIDName": "<unknown>",
            f"{prefix}ConnectedLineNum": "<unknown>",
            f"{prefix}ConnectedLineName": "<unknown>",
            f"{prefix}Language": "en",
            f"{prefix}AccountCode": "",
            f"{prefix}Context": channel.context,
            f"{prefix}Exten": channel.exten,
            f"{prefix}Priority": "1",
            f"{prefix}Uniqueid": channel.unique,
            f"{prefix}Linkedid": channel.linked,
        }

    def _noise(self, name: str, channel: Channel, **more: str) -> None:
        if self.switches.noise:
            self._tell(name, channel, **more)

    def _tell_devices(self) -> None:
        for device, state in self.device_states().items():
            if self._told.get(device) != state:
                self._told[device] = state
                fields = {"Device": device, "State": state}
                self.send("call", "DeviceStateChange", fields)
                self.waiting.phone_changed(device, state)
                if self.switches.noise:
                    exten = device.partition("/")[2]
                    fields = {"Exten": exten, "Context": "ext-local", "Status": "1"}
                    self.send("call", "ExtensionStatus", fields)

    # -- channels

    def _new(self, channel: Channel, state: str) -> None:
        channel.state = state
        self._tell("Newchannel", channel)

    def _state(self, channel: Channel, state: str) -> None:
        if channel.state != state:
            channel.state = state
            self._tell("Newstate", channel)
            self._noise("NewConnectedLine", channel)

    def _hang_up(self, channel: Channel, cause: int) -> None:
        self.waiting.ended(channel)
        self._leave(channel)
        self._noise("SoftHangupRequest", channel)
        more = {"Cause-txt": "Normal Clearing"}
        if self.switches.version == "22":
            more["TechCause"] = ""
        self._tell("Hangup", channel, Cause=str(cause), **more)

    def _request(self, channel: Channel, cause: int) -> None:
        more = {"Cause": str(cause)} if self.switches.version == "22" else {}
        self._tell("HangupRequest", channel, **more)

    def _bridge(self, kind: str = "basic") -> Bridge:
        self._bridges += 1
        return Bridge(f"d63be10b-0000-4000-8000-{self._bridges:012x}", kind)

    def _enter(self, channel: Channel, bridge: Bridge, swap: str = "") -> None:
        self._leave(channel)
        channel.bridge = bridge
        bridge.channels.append(channel)
        more = {"SwapUniqueid": swap} if swap else {}
        self._tell("BridgeEnter", channel, **self._of_bridge(bridge), **more)

    def _leave(self, channel: Channel) -> None:
        bridge, channel.bridge = channel.bridge, None
        if bridge is not None:
            bridge.channels.remove(channel)
            channel.held = False
            self._tell("BridgeLeave", channel, **self._of_bridge(bridge))
            if self.switches.noise and not bridge.channels:
                self.send("call", "BridgeDestroy", self._of_bridge(bridge))

    def _of_bridge(self, bridge: Bridge) -> Fields:
        return {
            "BridgeUniqueid": bridge.unique,
            "BridgeType": bridge.type,
            "BridgeTechnology": "simple_bridge",
            "BridgeCreator": "<unknown>",
            "BridgeName": "<unknown>",
            "BridgeNumChannels": str(len(bridge.channels)),
        }

    # -- a call begins, rings, talks

    def _unique(self, leg: Leg) -> str:
        return self.chosen.get(leg.leg_id, leg.leg_id)

    def _linked(self, call: SimCall) -> str:
        return self.chosen.get(call.call_id, call.call_id)

    def _make(self, call: SimCall, leg: Leg, exten: str) -> Channel:
        number = leg.to_number or leg.number
        if leg.kind is LegKind.INBOUND:
            number = leg.from_number
        channel = Channel(
            name_of(leg),
            self._unique(leg),
            self._linked(call),
            call.call_id,
            number,
            exten,
            self._exchange.clock.now(),
            leg,
            "from-trunk" if leg.outside else "from-internal",
        )
        self._of[leg.leg_id] = channel
        return channel

    def _begin(self, call: SimCall) -> None:
        """Begin the channel of a caller, or of the phone that the PBX calls first."""
        leg = call.caller
        channel = self._of.get(leg.leg_id)
        if channel is None:
            if call.by_api and leg not in self._exchange.legs_of(leg.number):
                return  # it cannot be called
            if call.by_api:
                channel = self._make(call, leg, "s")
                self._new(channel, "Down")
                self._dial_begin(None, channel)
                self._state(channel, "Ringing")
            else:
                did = did_of(call) if leg.kind is LegKind.INBOUND else call.dialled
                channel = self._make(call, leg, did)
                channel.application = "Dial"
                self._new(channel, "Ring")
        if channel.state == "Ringing" and leg.state is not LegState.RINGING:
            self._state(channel, "Up")
            channel.application = "Dial"

    def _dial_begin(self, dialing: Channel | None, called: Channel) -> None:
        fields = {} if dialing is None else self._about(dialing)
        number = called.number
        if called.leg is not None and called.leg.outside:
            text = f"{number}@{called.leg.trunk}"
        else:
            text = number
        fields |= self._about(called, "Dest")
        fields["DestCallerIDNum"] = number
        self.send("call", "DialBegin", {**fields, "DialString": text})

    def _dial_end(self, dialing: Channel | None, called: Channel, status: str) -> None:
        if self.switches.noise:
            fields = {} if dialing is None else self._about(dialing)
            fields |= self._about(called, "Dest")
            self.send("call", "DialEnd", {**fields, "DialStatus": status})

    def _dial(self, call: SimCall, caller: Channel, leg: Leg) -> Channel:
        """Dial one callee; an agent of a queue through a Local pair."""
        caller.exten = call.via or leg.number
        if call.via not in self._exchange.queues:
            called = self._make(call, leg, "s")
            self._new(called, "Down")
            self._dial_begin(caller, called)
            return called
        self._queue(caller, call.via)
        one, two = self._pair(call, leg)
        self._new(one, "Down")
        self._new(two, "Ring")
        self._dial_begin(caller, one)
        called = self._make(call, leg, "s")
        called.pair = one, two
        self._new(called, "Down")
        self._dial_begin(two, called)
        return called

    def _pair(self, call: SimCall, leg: Leg) -> tuple[Channel, Channel]:
        self._locals += 1
        name = f"Local/{leg.number}@from-queue-{self._locals:08x}"
        now, linked = self._exchange.clock.now(), self._linked(call)
        one, two = (
            Channel(
                f"{name};{end}",
                f"{leg.leg_id}{end}",
                linked,
                call.call_id,
                "",
                leg.number,
                now,
                context="from-queue",
            )
            for end in (1, 2)
        )
        one.application, two.application = "AppQueue", "Dial"
        return one, two

    def _go_on(self, call: SimCall) -> None:
        """Dial callees, let them ring, connect the one that answered."""
        caller = self._of.get(call.caller.leg_id)
        if caller is None:
            return
        connected = None
        fetched = caller.service.startswith(LegKind.PARKING)
        for leg in call.callees:
            if leg.kind not in PEOPLE or leg.state in (
                LegState.CALLING,
                LegState.ENDED,
            ):
                continue
            channel = self._of.get(leg.leg_id)
            if channel is None and fetched and leg.connected:
                self._fetch(call, caller, leg)
                continue
            if channel is None:
                channel = self._dial(call, caller, leg)
            if channel.state == "Down" and (
                not leg.outside or self.switches.trunk_rings
            ):
                self._state(channel, "Ringing")
                for local in (channel.pair or ())[:1]:
                    self._state(local, "Ringing")
            if leg.connected:
                connected = channel
        if connected is not None and self._talks.get(call.call_id) != connected.unique:
            self._answer(call, caller, connected)

    def _answer(self, call: SimCall, caller: Channel, called: Channel) -> None:
        self._talks[call.call_id] = called.unique
        self._state(called, "Up")
        called.application, called.data = "AppDial", "(Outgoing Line)"
        for local in called.pair or ():
            self._state(local, "Up")
        self._dial_end(caller, called, "ANSWER")
        self._end(elsewhere=True, of=call)
        self._state(caller, "Up")
        self.waiting.leave(caller)
        if called.pair is not None and called.leg is not None:
            self.waiting.connect(caller, called, call.via, called.leg.number)
        caller.service = caller.queue = ""
        caller.application = "Queue" if called.pair else "Dial"
        caller.data = f"{call.via},t" if called.pair else ""
        bridge = self._bridge()
        if called.pair is None:
            self._enter(called, bridge)
            self._enter(caller, bridge)
            return
        one, two = called.pair
        self._enter(called, bridge)
        self._enter(two, bridge)
        ahead = self._bridge()
        self._enter(one, ahead)
        self._enter(caller, ahead)
        if not self.switches.local_stays:
            self._optimize(called)

    def _optimize(self, channel: Channel | None) -> None:
        """Take a Local pair out of the path: the phone takes the place of its half."""
        if channel is None or channel.pair is None:
            return
        one, two = channel.pair
        channel.pair = None
        if one.bridge is not None:
            self._noise("LocalOptimizationBegin", one)
            held = channel.held
            bridge = one.bridge
            self._leave(channel)
            self._leave(one)
            self._enter(channel, bridge, one.unique)
            channel.held = held
        for local in (two, one):
            self._hang_up(local, 16)

    def _hold(self, call: SimCall) -> None:
        """Send what phones do with their hold key."""
        for leg in call.legs:
            channel = self._of.get(leg.leg_id)
            if channel is None or channel.state != "Up":
                continue
            held = leg.state is LegState.HELD
            if channel.held is not held:
                channel.held = held
                more = {"MusicClass": "default"} if held else {}
                self._tell("Hold" if held else "Unhold", channel, **more)

    # -- services of the PBX

    def _serve(self, call: SimCall) -> None:
        """Connect a caller with the voicemail, a queue, and so on."""
        service = next((leg for leg in call.callees if leg.kind not in PEOPLE), None)
        channel = self._of.get(call.caller.leg_id)
        if service is None or channel is None:
            return
        key = f"{service.kind}{service.leg_id}"
        if channel.service == key:
            return
        channel.service = key
        channel.served = self._exchange.clock.now()
        application, data = APPLICATIONS[service.kind]
        channel.application = application
        channel.data = data.format(service.number)
        channel.exten = service.number
        self._state(channel, "Up")
        match service.kind:
            case LegKind.QUEUE:
                self._queue(channel, service.number)
            case LegKind.PARKING:
                self.waiting.park(channel, service.number)
                self._enter(channel, self._bridge("parking"))
            case LegKind.CONFERENCE:
                # [choose] Each has a conference room of its own, as in the exchange.
                self._enter(channel, self._bridge("base"))

    def _queue(self, channel: Channel, number: str) -> None:
        """Let a caller join a queue, which answers first."""
        if channel.queue == number:
            return
        channel.queue, channel.exten = number, number
        channel.application, channel.data = "Queue", f"{number},t,,,"
        self._state(channel, "Up")
        self.waiting.join(channel, number)

    def _fetch(self, call: SimCall, parked: Channel, leg: Leg) -> None:
        """Connect a phone that dialled a parking slot with the call that waited there."""
        channel = self._make(call, leg, parked.exten)
        channel.linked = channel.unique
        channel.application, channel.data = "ParkedCall", parked.exten
        self._new(channel, "Ring")
        self._state(channel, "Up")
        bridge = self._bridge()
        self.waiting.unpark(parked, "UnParkedCall", channel)
        self._enter(parked, bridge)
        channel.linked = parked.linked
        self._enter(channel, bridge)
        parked.service, parked.application = "", "Dial"
        self._talks[call.call_id] = channel.unique

    # -- transfers

    def _transferred(self, event: CallEvent) -> None:
        call = self._exchange.calls.get(event.call_id)
        leaving = self._of.get(event.parties[0].leg_id)
        if call is None or leaving is None or call.consulted is not None:
            if call is not None and call.consulted is not None:
                self.look_before(call)
            return
        self.look()
        staying = self._of.get(event.parties[-1].leg_id)
        for channel in (leaving, staying):
            self._optimize(channel)
        self._tell("Unhold", leaving)
        leaving.held = False
        self.send(
            "call",
            "BlindTransfer",
            {
                "Result": "Success",
                **self._about(leaving, "Transferer"),
                **({} if staying is None else self._about(staying, "Transferee")),
                "IsExternal": "Yes",
                "Context": "from-internal",
                "Extension": "s",
            },
        )
        if staying is not None:
            self.waiting.leave(staying)
            self.waiting.unpark(staying, "ParkedCallGiveUp")
            self._leave(staying)
            staying.service = staying.queue = ""
            staying.application = "Dial"
        self._talks.pop(event.call_id, None)
        assert leaving.leg is not None
        self._passing[event.call_id] = leaving.leg

    def look_before(self, call: SimCall) -> None:
        """Send what has changed before a call is joined with another."""
        other, call.consulted = call.consulted, None
        self.look()
        call.consulted = other

    def _join(self, calls: list[SimCall]) -> None:
        """Send the attended transfers: a leg is in another call than its channel."""
        for call in calls:
            for leg in call.legs:
                channel = self._of.get(leg.leg_id)
                if channel is not None and channel.call != call.call_id:
                    self._attended(call, leg, channel)

    def _attended(self, call: SimCall, leg: Leg, joined: Channel) -> None:
        """Connect the other ends of two calls of one phone (reference, section 5)."""
        before = joined.call
        staying = self._of[call.caller.leg_id]
        present = {other.leg_id for other in call.legs}
        mine = self._left_behind(call.call_id, present)
        asking = self._left_behind(before, present)
        for channel in (joined, staying, mine, asking):
            self._optimize(channel)
        for channel in (mine, asking):
            self._tell("Unhold", channel)
            channel.held = False
        bridge = joined.bridge
        assert bridge is not None
        self._leave(staying)
        self._leave(asking)
        joined.leg, joined.call = leg, call.call_id
        self._enter(staying, bridge, asking.unique)
        self.send(
            "call",
            "AttendedTransfer",
            {
                "Result": "Success",
                **self._about(mine, "OrigTransferer"),
                **self._about(asking, "SecondTransferer"),
                **self._about(staying, "Transferee"),
                **self._about(joined, "TransferTarget"),
                "DestType": "Bridge",
                "DestBridgeUniqueid": bridge.unique,
            },
        )
        joined.linked = staying.linked = self._linked(call)
        staying.service = staying.queue = ""
        self._talks[call.call_id] = joined.unique
        for channel in (mine, asking):
            assert channel.leg is not None
            del self._of[channel.leg.leg_id]
            self._hang_up(channel, 16)

    def _left_behind(self, call_id: str, present: set[str]) -> Channel:
        return next(
            channel
            for leg_id, channel in self._of.items()
            if channel.call == call_id and leg_id not in present
        )

    # -- ends

    def _bye(self, event: CallEvent) -> None:
        """Send who hangs up; nobody does when the time to answer has run out."""
        self.look()
        call = self._exchange.calls.get(event.call_id)
        channel = self._of.get(event.parties[0].leg_id)
        if call is None or channel is None or call.ran_out:
            return
        if any(other.consulted for other in self._exchange.calls.values()):
            return  # it is a transfer, not an end
        self._request(channel, 16)

    def _failed(self, event: CallFailed) -> None:
        """Send what shows where a call failed: at a phone that is busy, or on a trunk."""
        call = self._exchange.calls.get(event.call_id)
        party = event.parties[0] if event.parties else None
        if call is None or party is None or party.leg_id in self._of:
            return
        caller = self._of.get(call.caller.leg_id)
        shown = (
            event.why is Failure.BUSY and party.kind is LegKind.EXTENSION
        ) or event.why is Failure.NO_LINE
        if caller is None or not shown:
            return
        leg = Leg(
            party.kind,
            party.number,
            party.leg_id,
            call.call_id,
            from_number=party.from_number,
            to_number=party.to_number,
            trunk=party.trunk,
        )
        if leg.outside and not leg.trunk:
            return  # no route leads outside
        caller.exten = call.via or leg.number
        channel = self._make(call, leg, "s")
        self._new(channel, "Down")
        self._dial_begin(caller, channel)
        self._request(channel, CAUSES[event.why])
        self._dial_end(caller, channel, "BUSY")
        del self._of[leg.leg_id]
        self._hang_up(channel, CAUSES[event.why])
        if event.why is Failure.BUSY:
            self._state(caller, "Busy")

    def _end(self, *, elsewhere: bool, of: SimCall | None = None) -> None:
        """Hang up what is over; those who were called besides, only where `elsewhere`."""
        present = {
            leg.leg_id for call in self._exchange.calls.values() for leg in call.legs
        }
        over = [
            (leg_id, channel)
            for leg_id, channel in self._of.items()
            if leg_id not in present or channel.leg.state is LegState.ENDED  # type: ignore[union-attr]
        ]
        # The callees first, then the caller with the record.
        callers = {call.caller.leg_id for call in self._calls.values()}
        over.sort(key=lambda one: one[0] in callers)
        ended: dict[str, list[Channel]] = {}
        for leg_id, channel in over:
            call = self._calls[channel.call]
            if of is not None and call is not of:
                continue
            if self._undecided(call, channel):
                continue
            cause = self._cause(call, channel)
            if cause == 26 and not elsewhere:
                continue
            del self._of[leg_id]
            if call.live and channel.state == "Up":
                self._linger(channel)
                continue
            ended.setdefault(channel.call, []).append(channel)
            self._dial_end(None, channel, "CANCEL")
            pair = channel.pair or ()
            channel.pair = None
            early = self.switches.version == "22"
            last = not call.live and leg_id == call.caller.leg_id
            if last:
                self._message(channel)
            if early and last:
                self._record(call, channel)
            self._hang_up(channel, cause)
            for local in pair:
                self._hang_up(local, cause if cause == 26 else 0)
            if last and not early:
                self._record(call, channel)

    @staticmethod
    def _undecided(call: SimCall, channel: Channel) -> bool:
        """Return whether another callee is just being chosen."""
        leg = channel.leg
        return (
            call.live
            and call.state is CallState.RINGING
            and channel.state != "Up"
            and leg is not call.caller
            and leg is not None
            and not leg.declined
            and any(end.state is LegState.RINGING for end in call.callees)
        )

    def _cause(self, call: SimCall, channel: Channel) -> int:
        """Return the hang-up cause of a channel (reference, section 5)."""
        leg = channel.leg
        assert leg is not None
        if leg.declined:
            return 21
        if leg.leg_id == call.caller.leg_id and call.failure is not None:
            # A phone that the PBX called first, and that nobody answered.
            alone = channel.state == "Ringing" and call.failure is Failure.UNREACHABLE
            return 0 if alone else CAUSES[call.failure]
        if channel.state == "Up" or leg.leg_id == call.caller.leg_id:
            return 16
        if not call.live:
            return 0 if call.ran_out else 16
        return (
            26
            if any(end.connected and end.kind in PEOPLE for end in call.callees)
            else 0
        )

    def _linger(self, channel: Channel) -> None:
        """Hang up the channel of a transferor, once its phone has."""
        if self.switches.bye_after <= 0:
            self._hang_up(channel, 16)
            return
        self._lingering.append(channel)
        self._exchange.later(self.switches.bye_after, partial(self._left, channel))

    def _left(self, channel: Channel) -> None:
        if channel in self._lingering:
            self._lingering.remove(channel)
            self._request(channel, 16)
            self._hang_up(channel, 16)
            self._tell_devices()

    def _message(self, channel: Channel) -> None:
        """Send that a caller has left a message in a voicemail box."""
        voicemail = channel.service.startswith(LegKind.VOICEMAIL)
        stayed = self._exchange.clock.now() - channel.served
        if voicemail and (not self.switches.records or stayed >= MESSAGE):
            unread = self.waiting.unread.get(channel.exten, 0) + 1
            self.waiting.unread[channel.exten] = unread
            fields = {
                "Mailbox": f"{channel.exten}@default",
                "Waiting": "1",
                "New": str(unread),
            }
            self._tell("MessageWaiting", channel, **fields)

    def _record(self, call: SimCall, channel: Channel) -> None:
        """Send the records of a call."""
        if not self.switches.records:
            return
        applications = ["Dial"]
        if channel.service.startswith(LegKind.VOICEMAIL):
            applications.append("VoiceMail")
        for application in applications:
            self.send(
                "cdr",
                "Cdr",
                {
                    "Source": channel.number,
                    "Destination": channel.exten,
                    "Channel": channel.name,
                    "LastApplication": application,
                    "Duration": "1",
                    "BillableSeconds": "0",
                    "Disposition": "ANSWERED" if call.answered_at else "NO ANSWER",
                    "UniqueID": channel.unique,
                    "Linkedid": channel.linked,
                },
            )

    # -- supervisors

    def _spy(self) -> None:
        """Send what supervisors' phones do."""
        for call_id, monitor in self._exchange.monitors.items():
            if call_id not in self._spies:
                self._begin_spy(call_id, monitor)
            channel, _ = self._spies[call_id]
            if monitor.state == "active" and channel.state != "Up":
                self._state(channel, "Up")
                spied = self._spied(monitor)
                self.send(
                    "call",
                    "ChanSpyStart",
                    {
                        **self._about(channel, "Spyer"),
                        **({} if spied is None else self._about(spied, "Spyee")),
                    },
                )
        for call_id in self._spies.keys() - self._exchange.monitors.keys():
            channel, _ = self._spies.pop(call_id)
            if channel.state == "Up":
                self.send("call", "ChanSpyStop", self._about(channel, "Spyer"))
            self._hang_up(channel, 16 if channel.state == "Up" else 0)

    def _begin_spy(self, call_id: str, monitor: MonitorLeg) -> None:
        leg = monitor.leg
        unique = self.chosen.get(leg.leg_id, f"{OWN_SPY}{leg.leg_id}")
        channel = Channel(
            name_of(leg),
            unique,
            unique,
            call_id,
            leg.number,
            "s",
            self._exchange.clock.now(),
            leg,
            application="ChanSpy",
        )
        spied = self._spied(monitor)
        channel.data = f"{'' if spied is None else spied.unique},qwESu"
        self._spies[call_id] = channel, monitor
        self._new(channel, "Down")
        self._dial_begin(None, channel)
        self._state(channel, "Ringing")

    def _spied(self, monitor: MonitorLeg) -> Channel | None:
        leg = monitor.call.leg_of(monitor.extension)
        return None if leg is None else self._of.get(leg.leg_id)

    # -- the PBX itself

    def _booted(self) -> None:
        """End all channels: told before a clean stop, else by their absence."""
        channels = list(self.all())
        if self.switches.clean_stop:
            for channel in channels:
                self._leave(channel)
            # The callees first.
            channels.sort(key=lambda one: one.unique == one.linked)
            for channel in channels:
                self._tell("Hangup", channel, Cause="16")
            self.send("system", "Shutdown", {"Shutdown": "Cleanly", "Restart": "True"})
        for store in (self._of, self._calls, self._talks, self._spies, self.chosen):
            store.clear()
        self._lingering.clear()
        self.waiting.clear()
        self.know_devices()


def _word(states: list[str], held: bool, away: bool) -> str:
    """Return the state of a device (reference, section 3)."""
    if not states:
        return "UNAVAILABLE" if away else "NOT_INUSE"
    if held:
        return "ONHOLD"
    if len(states) > 1:
        return "BUSY"
    return "RINGING" if states[0] == "Ringing" else "INUSE"
