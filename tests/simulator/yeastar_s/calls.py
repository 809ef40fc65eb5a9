"""Dial, hang up, hold, mute, accept, refuse: reference 3.9."""

from typing import TYPE_CHECKING

from tests.simulator.exchange import CallState, Leg, SimCall
from tests.simulator.exchange.errors import NoSuchCall
from tests.simulator.exchange.events import LegState

from .answers import Answer, Refused, success
from .request import Body
from .sessions import Session

if TYPE_CHECKING:
    from .pbx import YeastarS

DIALLABLE = frozenset("0123456789*#")


def known_extension(pbx: YeastarS, number: str) -> str:
    """Return the number; raise Refused 10006 when nobody has it."""
    if number not in pbx.exchange.extensions:
        raise Refused("10006")
    return number


def may_dial_out(pbx: YeastarS, extension: str, number: str) -> str:
    """Return an outside number that the extension may dial; raise Refused 10024 else."""
    digits = number.removeprefix("+")
    allowed = pbx.exchange.extensions[extension].may_dial_out
    route = any(
        number.startswith(trunk.prefix) for trunk in pbx.exchange.trunks.values()
    )
    if not digits or not set(digits) <= DIALLABLE or not allowed or not route:
        raise Refused("10024")
    return number


def outside_leg(pbx: YeastarS, leg_id: str) -> tuple[SimCall, Leg]:
    """Return the call that a trunk leg belongs to; raise Refused 10007 when there is none."""
    for call in pbx.exchange.calls.values():
        for leg in call.legs:
            if leg.outside and leg.leg_id == leg_id:
                return call, leg
    raise Refused("10007")


def dial_extension(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/dial_extension`: the answer comes when the call is placed."""
    caller, callee = body.required("caller"), body.required("callee")
    known_extension(pbx, caller)
    known_extension(pbx, callee)
    call = pbx.exchange.dial(
        caller, callee, pick_up=body.optional("autoanswer") == "yes"
    )
    return success(callid=call.call_id)


def dial_outbound(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/dial_outbound`: only outside numbers, through an outbound route."""
    caller, number = body.required("extid"), body.required("outto")
    may_dial_out(pbx, known_extension(pbx, caller), number)
    pick_up = body.optional("autoanswer") == "yes"
    call = pbx.exchange.dial(caller, number, pick_up, pbx.exchange.trunk_for(number))
    return success(callid=call.call_id)


def extension_hangup(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/hangup`: also what ends a supervisor's monitoring (reference 4.5)."""
    legs = pbx.exchange.legs_of(body.required("extid"))
    if not legs:
        raise Refused("10007")
    if pbx.switches.hangup_takes == "active":
        # The one talked on, else the one that rings or is dialled, else the one on hold.
        rank = {LegState.TALKING: 0, LegState.CALLING: 1, LegState.RINGING: 2}
        legs = sorted(legs, key=lambda leg: rank.get(leg.state, 3))[:1]
    for leg in legs:
        pbx.exchange.hang_up_leg(leg)
    return success()


def inbound_hangup(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`inbound/hangup`."""
    return _hang_up_outside(pbx, body.required("inboundid"))


def outbound_hangup(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`outbound/hangup`."""
    return _hang_up_outside(pbx, body.required("outboundid"))


def _hang_up_outside(pbx: YeastarS, leg_id: str) -> Answer:
    call, leg = outside_leg(pbx, leg_id)
    call.hang_up_leg(leg)
    return success()


def hold(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/hold`."""
    return _hold(pbx, body.required("extid"), held=True)


def unhold(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/unhold`."""
    return _hold(pbx, body.required("extid"), held=False)


def _hold(pbx: YeastarS, number: str, held: bool) -> Answer:
    for call in pbx.exchange.calls_of(number):
        try:
            call.hold(number) if held else call.unhold(number)
        except NoSuchCall:
            continue
        return success()
    raise Refused("10007")


def mute(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/mute`."""
    return _mute(pbx, body.required("extid"), muted=True)


def unmute(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/unmute`."""
    return _mute(pbx, body.required("extid"), muted=False)


def _mute(pbx: YeastarS, number: str, muted: bool) -> Answer:
    connected = [call for call in pbx.exchange.calls_of(number) if call.connected]
    if not connected:
        raise Refused("10007")
    for call in connected:
        call.mute(number, muted)
    return success()


def inbound_accept(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`inbound/accept`: too late once the ten seconds are over."""
    pbx.exchange.accept(_invited(pbx, body))
    return success()


def inbound_refuse(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`inbound/refuse`."""
    pbx.exchange.refuse(_invited(pbx, body))
    return success()


def _invited(pbx: YeastarS, body: Body) -> SimCall:
    call, _ = outside_leg(pbx, body.required("inboundid"))
    if call.state is not CallState.INVITED:
        raise Refused("10016")
    return call
