"""What can be read: device, extensions, trunks, live calls (reference 3.2 to 3.8)."""

import time
from typing import TYPE_CHECKING, Any

from tests.simulator.exchange import (
    CallState,
    Forward,
    Leg,
    SimCall,
    SimExtension,
    SimTrunk,
)
from tests.simulator.exchange.events import ExtensionState, LegKind, LegState

from .answers import Answer, Refused, success
from .request import Body
from .sessions import Session
from .words import LIST_WORDS

if TYPE_CHECKING:
    from .pbx import YeastarS


def device_info(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`deviceinfo/query`, reference 3.2."""
    identity, exchange = pbx.identity, pbx.exchange
    now = pbx.clock.now()
    local = time.strftime("%Y-%m-%d %H:%M:%S", identity.local_time(now))
    minutes, seconds = divmod(int(now - exchange.booted), 60)
    hours, minutes = divmod(minutes, 60)
    absent = (ExtensionState.ABSENT, ExtensionState.NO_PORT)
    present = sum(
        exchange.state_of(number) not in absent for number in exchange.extensions
    )
    return success(
        deviceinfo={
            "devicename": identity.device_name,
            "sn": identity.serial,
            "hardwarever": identity.hardware,
            "firmwarever": identity.firmware,
            "systemtime": f"{local} UTC{identity.utc_offset:+d}",
            "uptime": f"{hours:02}:{minutes:02}:{seconds:02}",
            "extensionstatus": f"{present}/{len(exchange.extensions)}",
        }
    )


def status_word(pbx: YeastarS, extension: SimExtension) -> str:
    """Return the word of lists and queries for what an extension does (reference 6.1)."""
    state = pbx.exchange.state_of(extension.number)
    if state is ExtensionState.FREE:
        return "Idle" if extension.type == "FXS" else pbx.switches.sip_free_word
    return LIST_WORDS[state]


def extension_list(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extensionlist/query`, reference 3.3."""
    rows = [_list_row(pbx, extension) for extension in _by_number(pbx)]
    if pbx.switches.lowercase_unavailable:
        absent = [row for row in rows if row["status"] == "Unavailable"]
        for row in absent[-1:]:
            row["status"] = "unavailable"
    return success(extlist=rows)


def _by_number(pbx: YeastarS) -> list[SimExtension]:
    return sorted(
        pbx.exchange.extensions.values(), key=lambda ext: (len(ext.number), ext.number)
    )


def _list_row(pbx: YeastarS, extension: SimExtension) -> dict[str, str]:
    row = {
        "extnumber": extension.number,
        "status": status_word(pbx, extension),
        "type": extension.type,
    }
    if extension.type == "FXS":
        row["port"] = extension.port
    row["username"] = extension.name
    # The samples print no agent id for analogue phones.
    if pbx.switches.agent_id_in_list and extension.type != "FXS":
        row["agentid"] = extension.agent_id
    return row


def extension_query(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/query`, reference 3.4; it holds secrets."""
    asked = body.listed("extid")
    found = []
    for number in asked or [extension.number for extension in _by_number(pbx)]:
        if number in pbx.exchange.extensions:
            found.append(_settings(pbx, pbx.exchange.extensions[number]))
        elif pbx.switches.unknown_in_query != "omit":
            raise Refused(pbx.switches.unknown_in_query)
    return success(extinfos=found)


def _on(flag: bool) -> str:
    return "on" if flag else "off"


def _forwarding(letter: str, forward: Forward) -> dict[str, str]:
    """Return the members that appear only when relevant (reference 3.4)."""
    if not forward.on:
        return {}
    members = {f"{letter}transferto": forward.to}
    if forward.to == "Extension":
        members[f"{letter}transferext"] = forward.extension
    else:
        members[f"{letter}transferprefix"] = forward.prefix
    if forward.to == "Custom Number":
        members[f"{letter}transfernum"] = forward.number
    return members


def _settings(pbx: YeastarS, extension: SimExtension) -> dict[str, Any]:
    """Return all settings in the order of the sample; `moblie` is how v1 spells it."""
    port = {"port": extension.port} if extension.type == "FXS" else {}
    return {
        "extnumber": extension.number,
        "username": extension.name,
        "status": status_word(pbx, extension),
        "type": extension.type,
        **port,
        "callerid": extension.caller_id,
        "registername": extension.register_name,
        "registerpassword": extension.register_password,
        "maxregistrations": extension.max_registrations,
        "loginpassword": extension.web_password_md5,
        "email": extension.email,
        "moblie": extension.mobile,
        "language": extension.language,
        "hasvoicemail": _on(extension.has_voicemail),
        "enablevmtoemail": _on(extension.voicemail_to_email),
        "vmsecret": extension.vm_secret,
        "alwaysforward": _on(extension.always_forward.on),
        **_forwarding("a", extension.always_forward),
        "noanswerforward": _on(extension.no_answer_forward.on),
        **_forwarding("n", extension.no_answer_forward),
        "busyforward": _on(extension.busy_forward.on),
        **_forwarding("b", extension.busy_forward),
        "ringsimultaneous": _on(extension.ring_simultaneous),
        "mobileprefix": extension.mobile_prefix,
        "enablemobile": _on(extension.mobility),
        "allowbeingmonitored": _on(extension.allow_being_monitored),
        "monitormode": extension.monitor_mode,
        "ringtimeout": extension.ring_timeout,
        "maxduration": extension.max_duration,
        "dnd": _on(extension.dnd),
        "callrestriction": _on(extension.call_restriction),
        "agentid": extension.agent_id,
        **_call_objects(pbx, extension.number),
    }


def _call_objects(pbx: YeastarS, number: str) -> dict[str, Any]:
    """Return `inbound`, `outbound`, `ext` of an extension's calls (reference 3.4)."""
    found: dict[str, list[dict[str, str]]] = {}
    for call in pbx.exchange.calls_of(number):
        own = call.leg_of(number)
        other = None if own is None else call.other(own)
        if other is None:
            continue
        if other.kind is LegKind.EXTENSION:
            found.setdefault("ext", []).append({"extid": other.number})
        elif other.outside:
            key = other.kind.value
            found.setdefault(key, []).append(_outside(other))
    if pbx.switches.call_objects == "array":
        return dict(found)
    return {key: values[0] for key, values in found.items()}


def _outside(leg: Leg) -> dict[str, str]:
    return {
        f"{leg.kind.value}id": leg.leg_id,
        "from": leg.from_number,
        "to": leg.to_number,
        "trunk": leg.trunk,
    }


def trunk_list(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`trunklist/query`, reference 3.7."""
    return success(
        trunklist=[_trunk_row(pbx, trunk) for trunk in pbx.exchange.trunks.values()]
    )


def trunk_word(pbx: YeastarS, trunk: SimTrunk) -> str:
    """Return the word of the list; analogue and mobile lines say when in use (6.2)."""
    calls = pbx.exchange.calls.values()
    in_use = any(leg.trunk == trunk.name for call in calls for leg in call.legs)
    tells = trunk.type in ("FXO", "GSM") and trunk.status == "Idle"
    return "Busy" if tells and in_use else trunk.status


def _trunk_row(pbx: YeastarS, trunk: SimTrunk) -> dict[str, str]:
    row = {
        "trunkname": trunk.name,
        "status": trunk_word(pbx, trunk),
        "type": trunk.type,
    }
    return {**row, "port": trunk.port} if trunk.port else row


def inbound_query(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`inbound/query`, reference 3.8."""
    rows = []
    for call, leg in _outside_legs(pbx, LegKind.INBOUND, body.listed("inboundid")):
        others = [end for end in call.legs if end is not leg]
        callees = [callee for end in others if (callee := _callee(end)) is not None]
        rows.append({**_outside(leg), "status": _call_status(call), "callee": callees})
    return success(inbound=rows)


def outbound_query(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`outbound/query`, reference 3.8."""
    legs = _outside_legs(pbx, LegKind.OUTBOUND, body.listed("outboundid"))
    return success(
        outbound=[{**_outside(leg), "status": _call_status(call)} for call, leg in legs]
    )


def _outside_legs(
    pbx: YeastarS, kind: LegKind, asked: list[str] | None
) -> list[tuple[SimCall, Leg]]:
    found = [
        (call, leg)
        for call in pbx.exchange.calls.values()
        for leg in call.legs
        if leg.kind is kind and leg.state is not LegState.ENDED
    ]
    if asked is None:
        return found
    known = {leg.leg_id for _, leg in found}
    if pbx.switches.unknown_call_in_query != "omit" and not known.issuperset(asked):
        raise Refused(pbx.switches.unknown_call_in_query)
    return [(call, leg) for call, leg in found if leg.leg_id in asked]


def _callee(leg: Leg) -> dict[str, str] | None:
    """Return an extension, an IVR or an outbound id (reference 3.8)."""
    match leg.kind:
        case LegKind.EXTENSION:
            return {"extid": leg.number}
        case LegKind.IVR:
            return {"ivrid": leg.number}
        case LegKind.OUTBOUND:
            return {"outboundid": leg.leg_id}
    return None


def _call_status(call: SimCall) -> str:
    """Return the word of reference 6.3."""
    if call.state in (CallState.INVITED, CallState.QUEUED):
        return "Wait"
    return (
        "Progress"
        if call.state in (CallState.RINGING, CallState.DIALLING)
        else "Talking"
    )
