"""The channels of legs, as an API names them that tells the members of calls."""

from tests.simulator.exchange import Exchange, MonitorLeg, SimCall
from tests.simulator.exchange.events import LegKind, LegState
from tests.simulator.exchange.leg import Leg

MEMBERS = (LegKind.EXTENSION, LegKind.INBOUND, LegKind.OUTBOUND)


class Channels:
    """A channel for each leg, `PJSIP/1005-0000008a`."""

    def __init__(self, exchange: Exchange) -> None:
        """Begin without channels."""
        self._exchange = exchange
        self._channels: dict[str, str] = {}

    def channel(self, leg: Leg) -> str:
        """Return the channel of a leg."""
        name = leg.number if leg.kind is LegKind.EXTENSION else None
        if name is None:
            name = f"trunk-{leg.trunk}-endpoint"
        if leg.leg_id not in self._channels:
            self._channels[leg.leg_id] = f"PJSIP/{name}-{len(self._channels):08x}"
        return self._channels[leg.leg_id]

    def found(self, channel: str) -> tuple[SimCall, Leg] | None:
        """Return the call and the leg of a channel."""
        for call in self._exchange.calls.values():
            for leg in call.legs:
                if leg.kind in MEMBERS and self.channel(leg) == channel:
                    return call, leg
        return None

    def monitor(self, channel: str) -> MonitorLeg | None:
        """Return the supervisor's leg of a channel."""
        for monitor in self._exchange.monitors.values():
            if self.channel(monitor.leg) == channel:
                return monitor
        return None

    @staticmethod
    def word(leg: Leg, caller: bool) -> str:
        """Return the word for what a member does."""
        match leg.state:
            case LegState.CALLING:
                return "ALERT"
            case LegState.RINGING:
                return "RING"
            case LegState.TALKING:
                return "ANSWERED" if caller else "ANSWER"
            case LegState.HELD:
                return "HOLD"
            case _:
                return "BYE"
