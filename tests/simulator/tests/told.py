"""What the PBX tells while something happens, in short lines."""

import json
from typing import Any

from tests.simulator import Simulator
from tests.simulator.exchange.events import Event
from tests.simulator.yeastar_s.reports import reports_of

PARTIES = ("ext", "inbound", "outbound")


class Told:
    """Listens to a simulator; each report of the 1.0.2 format becomes one line."""

    def __init__(self, sim: Simulator) -> None:
        """Listen from now on."""
        self._sim = sim
        self.lines: list[str] = []
        self.call_ids: list[str] = []
        sim.exchange.listeners.append(self._heard)

    def _heard(self, event: Event) -> None:
        if not self._sim.reporter.is_reported(event):
            return
        for report in reports_of(
            event, "1.0.2", self._sim.identity, self._sim.switches
        ):
            self._add(json.loads(report.body))

    def _add(self, body: dict[str, Any]) -> None:
        action = body["action"]
        parties = [_name(party) for party in body.get("call", [])]
        parties += [_name({key: body[key]}) for key in PARTIES if key in body]
        mark = ""
        if "callid" in body:
            if body["callid"] not in self.call_ids:
                self.call_ids.append(body["callid"])
            mark = f" #{self.call_ids.index(body['callid']) + 1}"
        match action:
            case "ExtensionStatus":
                self.lines.append(f"{body['extension']} {body['status']}")
            case "NewCdr":
                words = (body[key] for key in ("callto", "type", "status"))
                self.lines.append(f"NewCdr{mark} {' '.join(words)}")
            case "CallFailed":
                line = f"CallFailed{mark} {body['reason']}: {' '.join(parties)}"
                self.lines.append(line.strip())
            case "ConfigChange":
                self.lines.append(f"ConfigChange {body['extid']}")
            case _:
                self.lines.append(f"{action}{mark} {' '.join(parties)}")


def _name(party: dict[str, dict[str, str]]) -> str:
    """Return an extension's number; `in` and `out` for whoever is outside."""
    ((key, value),) = party.items()
    return value["extid"] if key == "ext" else key.removesuffix("bound")
