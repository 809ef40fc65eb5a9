"""What the control page shows, as JSON."""

from typing import Any

from tests.simulator.device import Device
from tests.simulator.exchange import MonitorLeg, SimCall, SimExtension, SimTrunk

from .scenes import SCENES
from .wires import view_of


def state_of(simulator: Device, office: bool) -> dict[str, Any]:
    """Return the whole picture."""
    return {
        "serial": simulator.serial,
        "url": simulator.url,
        "username": simulator.username,
        "fingerprint": simulator.fingerprint,
        "network": simulator.online,
        "scenes": {name: list(variants) for name, variants in SCENES.items()},
        "office": office,
        **view_of(simulator).counts,
        "faults": view_of(simulator).faults(),
        "extensions": [
            extension_state(simulator, extension)
            for extension in sorted(
                simulator.extensions.values(),
                key=lambda ext: (len(ext.number), ext.number),
            )
        ],
        "trunks": [trunk_state(trunk) for trunk in simulator.trunks.values()],
        "calls": [call_state(call) for call in simulator.calls.values()],
    }


def extension_state(simulator: Device, extension: SimExtension) -> dict[str, Any]:
    """Return one extension without its secrets."""
    return {
        "number": extension.number,
        "name": extension.name,
        "type": extension.type,
        "status": simulator.status_of(extension.number),
        "registered": extension.registered,
        "allow_being_monitored": extension.allow_being_monitored,
        "monitor_mode": extension.monitor_mode,
        "auto_answer": extension.auto_answer,
        "dnd": extension.dnd,
        "calls": [
            call.call_id for call in simulator.exchange.calls_of(extension.number)
        ],
        "monitors": [
            _monitor_state(monitor)
            for monitor in simulator.monitors.values()
            if monitor.supervisor == extension.number
        ],
    }


def trunk_state(trunk: SimTrunk) -> dict[str, str]:
    """Return one trunk."""
    return {"name": trunk.name, "type": trunk.type, "status": trunk.status}


def call_state(call: SimCall) -> dict[str, Any]:
    """Return one call with who monitors it."""
    return {
        "call_id": call.call_id,
        "kind": call.kind,
        "state": call.state.value,
        "parties": [
            {
                "kind": party.kind.value,
                "number": party.number,
                "state": party.state.value,
                "trunk": party.trunk,
            }
            for party in call.parties
        ],
        "monitors": [_monitor_state(monitor) for monitor in call.monitors],
    }


def _monitor_state(monitor: MonitorLeg) -> dict[str, str]:
    return {
        "mode": monitor.mode,
        "supervisor": monitor.supervisor,
        "extension": monitor.extension,
        "state": monitor.state,
    }
