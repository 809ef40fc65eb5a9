"""Transfers by API: reference 3.9. They produce no transfer report."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tests.simulator.exchange.events import LegKind

from .answers import Answer, Refused, success
from .calls import known_extension, may_dial_out, outside_leg
from .request import Body
from .sessions import Session

if TYPE_CHECKING:
    from .pbx import YeastarS

type Destination = Callable[[YeastarS, Body], tuple[str, str | None]]


def _extension(pbx: YeastarS, body: Body) -> tuple[str, str | None]:
    return known_extension(pbx, body.required("extid")), None


def _ivr(pbx: YeastarS, body: Body) -> tuple[str, str | None]:
    return _known(body.required("ivrid"), pbx.exchange.ivrs, "10012"), None


def _queue(pbx: YeastarS, body: Body) -> tuple[str, str | None]:
    return _known(body.required("queueid"), pbx.exchange.queues, "10013"), None


def _ring_group(pbx: YeastarS, body: Body) -> tuple[str, str | None]:
    return _known(body.required("ringgroupid"), pbx.exchange.ring_groups, "10014"), None


def _outbound(pbx: YeastarS, body: Body) -> tuple[str, str | None]:
    number, borrowed = body.required("outto"), body.required("fromext")
    return _outside(pbx, borrowed, number)


def _number(pbx: YeastarS, body: Body) -> tuple[str, str | None]:
    """Return any kind of destination; `fromext` is blank for one inside (3.9)."""
    number, exchange = body.required("number"), pbx.exchange
    inside = (exchange.extensions, exchange.ivrs, exchange.queues, exchange.ring_groups)
    if any(number in known for known in inside):
        return number, None
    return _outside(pbx, body.required("fromext"), number)


def _outside(pbx: YeastarS, borrowed: str, number: str) -> tuple[str, str | None]:
    may_dial_out(pbx, known_extension(pbx, borrowed), number)
    return number, pbx.exchange.trunk_for(number)


def _known(
    number: str, known: dict[str, str] | dict[str, list[str]], errno: str
) -> str:
    if number not in known:
        raise Refused(errno)
    return number


def _transfer(
    key: str,
    kind: LegKind,
    destination: Destination,
    pbx: YeastarS,
    session: Session,
    body: Body,
) -> Answer:
    """Let the outside leg stay and wait for its new destination."""
    leg_id = body.required(key)
    number, trunk = destination(pbx, body)
    call, leg = outside_leg(pbx, leg_id)
    if leg.kind is not kind:
        raise Refused("10007")
    call.hand_over(leg)
    call.by_api = True
    pbx.exchange.route(call, number, trunk)
    return success(callid=call.call_id)


_inbound = partial(partial, _transfer, "inboundid", LegKind.INBOUND)
_dialled = partial(partial, _transfer, "outboundid", LegKind.OUTBOUND)

inbound_transfer_extension = _inbound(_extension)
inbound_transfer_ivr = _inbound(_ivr)
inbound_transfer_queue = _inbound(_queue)
inbound_transfer_ringgroup = _inbound(_ring_group)
inbound_transfer_outbound = _inbound(_outbound)
inbound_transfer_number = _inbound(_number)
outbound_transfer_extension = _dialled(_extension)
outbound_transfer_ivr = _dialled(_ivr)
outbound_transfer_outbound = _dialled(_outbound)
outbound_transfer_number = _dialled(_number)
