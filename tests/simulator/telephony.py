"""A simulated PBX as its people and its administrator use it, whatever its wire."""

from .clock import Clock
from .exchange import CallState, Exchange, MonitorLeg, SimCall, SimExtension, SimTrunk
from .exchange.errors import NoSuchNumber, NotPossible
from .exchange.events import LegKind, SettingsChanged
from .switches import Switches


class Telephony:
    """An exchange, and the deeds of those who have phones at it."""

    def __init__(self, clock: Clock, switches: Switches, exchange: Exchange) -> None:
        """Initialize for an exchange, and the clock and the switches it runs on."""
        self.clock = clock
        self.switches = switches
        self.exchange = exchange

    # -- the administrator

    @property
    def extensions(self) -> dict[str, SimExtension]:
        """Return the extensions by number."""
        return self.exchange.extensions

    @property
    def trunks(self) -> dict[str, SimTrunk]:
        """Return the trunks by name."""
        return self.exchange.trunks

    def add_extension(self, extension: SimExtension) -> None:
        """Create an extension and report it."""
        self.exchange.add(extension)

    def remove_extension(self, number: str) -> None:
        """Delete an extension and report it."""
        self.exchange.remove(number)

    def rename_extension(self, number: str, name: str) -> None:
        """Rename an extension and report it."""
        self.extensions[number].name = name
        self.exchange.emit(SettingsChanged("extension", number, "update"))

    def set_registered(self, number: str, registered: bool) -> None:
        """Let a phone register or unregister and report it."""
        self.exchange.set_registered(number, registered)

    def set_trunk_status(self, name: str, status: str) -> None:
        """Change the word a trunk shows; no report for that is documented (reference 5.3)."""
        self.trunks[name].status = status

    # -- calls

    @property
    def calls(self) -> dict[str, SimCall]:
        """Return the live calls by id."""
        return self.exchange.calls

    @property
    def monitors(self) -> dict[str, MonitorLeg]:
        """Return the supervisors' legs by their own call id."""
        return self.exchange.monitors

    def call(self, caller: str, callee: str, answer: bool = False) -> SimCall:
        """Let one extension dial a number by hand."""
        return self._answered(self.exchange.call(caller, callee), answer)

    def inbound(
        self, caller: str, callee: str, trunk: str | None = None, answer: bool = False
    ) -> SimCall:
        """Let somebody outside call an extension, IVR, queue or ring group."""
        line = trunk or self._line()
        return self._answered(self.exchange.inbound(caller, callee, line), answer)

    def outbound(
        self, caller: str, number: str, trunk: str | None = None, answer: bool = False
    ) -> SimCall:
        """Let an extension dial an outside number by hand."""
        line = trunk or self.exchange.trunk_for(number) or self._line()
        return self._answered(self.exchange.call(caller, number, line), answer)

    def pick_up(self, number: str) -> None:
        """Take the handset of a ringing phone, also of one that was called to monitor."""
        self.exchange.pick_up(number)

    def _line(self) -> str:
        usable = [trunk.name for trunk in self.trunks.values() if trunk.usable]
        for name in (*usable, *self.trunks):
            return name
        raise NoSuchNumber("There is no trunk")

    @staticmethod
    def _answered(call: SimCall, answer: bool) -> SimCall:
        if not answer:
            return call
        if call.state is CallState.INVITED:
            raise NotPossible("The call waits for accept or refuse")
        outside_or_phone = (LegKind.EXTENSION, LegKind.OUTBOUND)
        if call.state is CallState.RINGING and call.callees[0].kind in outside_or_phone:
            call.answer()
        return call
