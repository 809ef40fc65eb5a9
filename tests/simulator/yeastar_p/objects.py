"""Calls, extensions and trunks in the words of the API: reference 3.2 to 3.4 and 6."""

from collections.abc import Iterator
from typing import Any

from tests.simulator.channels import MEMBERS, Channels
from tests.simulator.exchange import Exchange, SimCall, SimExtension, SimTrunk
from tests.simulator.exchange.events import LegKind, LegState
from tests.simulator.exchange.leg import Leg

from .presence import Ids, Presences
from .switches import PSwitches

type Json = dict[str, Any]

# Reference 6.4, for the words that the neutral trunks of the office have.
TRUNK_CODES = {
    "idle": 1,
    "busy": 2,
    "registered": 1,
    "up": 1,
    "registering": 4,
    "unregistered": 41,
    "down": 21,
    "fault": 11,
    "no sim": 33,
    "no signal": 34,
    "power off": 32,
    "pin error": 35,
    "disabled": 44,
}


def path_of(call: SimCall) -> str:
    """Return the number of what a call went through, blank for nothing (3.3)."""
    for other in call.callees:
        if other.kind in (LegKind.IVR, LegKind.QUEUE, LegKind.CONFERENCE):
            return other.number
    return call.via


class Objects(Channels):
    """The PBX's objects as the API shows them."""

    def __init__(self, exchange: Exchange, switches: PSwitches) -> None:
        """Show an exchange."""
        super().__init__(exchange)
        self._switches = switches
        self._ids = Ids()
        self.presences = Presences(exchange, self._ids)

    # -- calls

    def members(self, call: SimCall) -> dict[str, Json]:
        """Return the members of a call by channel."""
        found = {
            self.channel(leg): self._member(call, leg, leg is call.caller)
            for leg in call.legs
            if leg.kind in MEMBERS
            and leg.state is not LegState.ENDED
            # A callee whose phone does not ring yet is no member.
            and (leg is call.caller or leg.state is not LegState.CALLING)
        }
        if self._switches.monitor_listed:
            for monitor in call.monitors:
                found[self.channel(monitor.leg)] = self._member(
                    call, monitor.leg, caller=False
                )
        return found

    def call(self, call: SimCall) -> Json:
        """Return a call as call/query lists it."""
        return {"call_id": call.call_id, "members": list(self.members(call).values())}

    def _member(self, call: SimCall, leg: Leg, caller: bool) -> Json:
        path = path_of(call)
        common = {
            "channel_id": self.channel(leg),
            "member_status": self.word(leg, caller),
            "call_path": path or self._blank,
        }
        if leg.kind is LegKind.EXTENSION:
            return {"extension": {"number": leg.number, **common}}
        return {
            leg.kind.value: {
                "from": leg.from_number or leg.number,
                "to": leg.to_number or leg.number,
                "trunk_name": leg.trunk,
                **common,
            }
        }

    @property
    def _blank(self) -> str:
        return " " if self._switches.blanks_as_space else ""

    # -- extensions and trunks

    def id_of(self, name: str) -> int:
        """Return the internal id of an extension or trunk, which is not its number."""
        return self._ids.of(name)

    def by_id(self, identity: object) -> SimExtension | None:
        """Return the extension with an internal id."""
        return self._exchange.extensions.get(self._ids.name(identity))

    def extension(self, extension: SimExtension) -> Json:
        """Return an extension as extension/list shows it."""
        analogue = extension.type == "FXS"
        sip: Json = {"status": 0, "ext_dev_type": "sip"}
        online: Json = {
            "sip_phone": sip,
            "linkus_desktop": {"status": 0, "ext_dev_type": "linkusdesktop"},
            "linkus_mobile": {"status": 0, "ext_dev_type": "linkusmobile"},
            "linkus_web": {"status": 0, "ext_dev_type": "linkusweb"},
        }
        if analogue:
            online["fxs_phone"] = {
                "status": int(extension.registered),
                "ext_dev_type": "fxs",
            }
        elif extension.registered:
            sip["status_list"] = [{"status": 1, "ip": "192.168.5.53:5060"}]
        return {
            "id": self.id_of(extension.number),
            "number": extension.number,
            "caller_id_name": extension.name,
            "role_name": "Employee",
            "email_addr": extension.email,
            "mobile_number": extension.mobile,
            "presence_status": self.presences.of(extension),
            "online_status": online,
        }

    def trunk(self, trunk: SimTrunk) -> Json:
        """Return a trunk as trunk/list shows it."""
        code = next(
            (
                code
                for word, code in TRUNK_CODES.items()
                if trunk.status.lower().startswith(word)
            ),
            0,
        )
        return {
            "id": self.id_of(f"trunk {trunk.name}"),
            "name": trunk.name,
            "status": code,
            "type": "register" if trunk.type == "SIP" else trunk.type,
            "host_port": "203.0.113.7:5060",
            "gsm_signal_level": 0,
            "def_outbound_cid": "",
        }

    def extensions(self) -> Iterator[SimExtension]:
        """Yield the extensions in the order of their numbers."""
        numbers = sorted(self._exchange.extensions)
        return (self._exchange.extensions[number] for number in numbers)
