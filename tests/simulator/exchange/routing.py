"""Where a call goes: to an extension, a service, a group, or out through a trunk."""

from functools import partial
from typing import TYPE_CHECKING

from .call import SimCall
from .errors import NoSuchNumber
from .events import Failure, LegKind
from .extension import Forward, SimExtension
from .leg import Leg
from .trunk import SimTrunk

if TYPE_CHECKING:
    from .exchange import Exchange

FORWARDS_LIMIT = 5
OUTSIDE_RING_SECONDS = 60.0


def check_destination(exchange: Exchange, number: str) -> None:
    """Raise NoSuchNumber unless the number is known or may be an outside one."""
    outside = number.lstrip("+")
    if not (
        is_inside(exchange, number) or (outside and set(outside) <= set("0123456789*#"))
    ):
        raise NoSuchNumber(number)


def is_inside(exchange: Exchange, number: str) -> bool:
    """Return whether the PBX itself has that number."""
    return (
        number in exchange.extensions
        or number in exchange.ivrs
        or number in exchange.queues
        or number in exchange.ring_groups
        or number in exchange.conferences
        or number in exchange.parking
    )


def route(
    exchange: Exchange, call: SimCall, number: str, trunk: str | None = None
) -> None:
    """Put a call through to a number of any kind."""
    if trunk is not None or not is_inside(exchange, number):
        _dial_out(exchange, call, number, trunk)
    elif number in exchange.extensions:
        _ring_extension(exchange, call, exchange.extensions[number])
    elif number in exchange.ivrs:
        call.to_service(LegKind.IVR, number)
    elif number in exchange.conferences:
        call.to_service(LegKind.CONFERENCE, number)
    elif number in exchange.parking:
        call.to_service(LegKind.PARKING, number)
    elif number in exchange.queues:
        call.wait_in_queue(number)
        serve_queue(exchange, call)
    else:
        _ring_group(exchange, call, number)


def serve_queue(exchange: Exchange, call: SimCall) -> None:
    """Ring the free agents of the queue in which a call waits."""
    free = [
        number
        for number in exchange.queues[call.via]
        if exchange.free(number) and (call.via, number) not in exchange.paused
    ]
    if free:
        legs = [
            exchange.new_leg(LegKind.EXTENSION, number, call.call_id) for number in free
        ]
        seconds = max(exchange.extensions[number].ring_seconds for number in free)
        call.ring(legs, seconds, partial(_back_to_queue, exchange, call))


def _back_to_queue(exchange: Exchange, call: SimCall) -> None:
    """Let the caller wait again; the agents are not rung again at once."""
    for leg in call.callees:
        exchange.release(leg)
    call.wait_in_queue(call.via)
    call.timer(exchange.switches.queue_retry, partial(serve_queue, exchange, call))


def _ring_group(exchange: Exchange, call: SimCall, number: str) -> None:
    free = [member for member in exchange.ring_groups[number] if exchange.free(member)]
    call.via = number
    if not free:
        call.fail(Failure.BUSY, None)
        return
    legs = [
        exchange.new_leg(LegKind.EXTENSION, member, call.call_id) for member in free
    ]
    seconds = max(exchange.extensions[member].ring_seconds for member in free)
    call.ring(legs, seconds, partial(_unanswered, call))


def _unanswered(call: SimCall) -> None:
    call.ran_out = True
    call.hang_up_leg(call.caller)


def _ring_extension(exchange: Exchange, call: SimCall, extension: SimExtension) -> None:
    leg = exchange.new_leg(LegKind.EXTENSION, extension.number, call.call_id)
    if _forward(exchange, call, extension, extension.always_forward):
        return
    why = _why_not(exchange, call, extension)
    if why is None:
        unanswered = partial(_not_answered, exchange, call, leg)
        call.ring([leg], extension.ring_seconds, unanswered)
        return
    instead = (
        extension.no_answer_forward
        if why is Failure.UNREACHABLE
        else extension.busy_forward
    )
    if not _forward(exchange, call, extension, instead):
        call.fail(why, leg)


def _why_not(
    exchange: Exchange, call: SimCall, extension: SimExtension
) -> Failure | None:
    if not extension.registered or extension.malfunction:
        return Failure.UNREACHABLE
    if extension.dnd:
        return Failure.DO_NOT_DISTURB
    occupied = exchange.legs_of(extension.number)
    if len(occupied) >= extension.max_calls or call.caller in occupied:
        return Failure.BUSY
    return None


def _not_answered(exchange: Exchange, call: SimCall, leg: Leg) -> None:
    extension = exchange.extensions.get(leg.number)
    if extension is None or not _forward(
        exchange, call, extension, extension.no_answer_forward
    ):
        _unanswered(call)


def go_on_after_reject(exchange: Exchange, call: SimCall, leg: Leg) -> bool:
    """Find a declined call another way; return whether there was one."""
    if call.via in exchange.queues:
        _back_to_queue(exchange, call)
        return True
    if call.via:
        # A member does not forward what a group rang: its own settings are for its own calls.
        return False
    extension = exchange.extensions.get(leg.number)
    return extension is not None and _forward(
        exchange, call, extension, extension.busy_forward
    )


def _forward(
    exchange: Exchange, call: SimCall, extension: SimExtension, to: Forward
) -> bool:
    if not to.on or call.forwarded >= FORWARDS_LIMIT:
        return False
    number = {
        "Voicemail": extension.number,
        "Extension": to.extension if to.extension in exchange.extensions else "",
        "Mobile Number": extension.mobile and to.prefix + extension.mobile,
        "Custom Number": to.number and to.prefix + to.number,
    }[to.to]
    if not number:
        return False
    call.forwarded += 1
    for ringing in call.callees:
        exchange.release(ringing)
    call.callees = []
    if to.to == "Voicemail":
        call.to_service(LegKind.VOICEMAIL, extension.number)
        return True
    forwarding = exchange.new_leg(LegKind.EXTENSION, extension.number, call.call_id)
    # Reference 5.3: forwarding is a transfer "by a user" and reported as one.
    call.emit("transfer", forwarding, call.caller)
    route(exchange, call, number)
    return True


def outbound_trunk(exchange: Exchange, number: str) -> SimTrunk | None:
    """Return the trunk of the outbound route that fits best: the longest prefix."""
    usable = [
        t for t in exchange.trunks.values() if t.usable and number.startswith(t.prefix)
    ]
    return max(usable, key=lambda trunk: len(trunk.prefix), default=None)


def _dial_out(
    exchange: Exchange, call: SimCall, number: str, trunk: str | None
) -> None:
    line = outbound_trunk(exchange, number) if trunk is None else exchange.trunks[trunk]
    leg = exchange.new_leg(LegKind.OUTBOUND, number, call.call_id)
    leg.from_number, leg.to_number = call.caller.number, number
    leg.trunk = "" if line is None else line.name
    dialling = exchange.extensions.get(call.caller.number)
    if dialling is not None and not call.by_api and not dialling.may_dial_out:
        call.fail(Failure.NO_PERMISSION, leg)
    elif not any(number.startswith(known.prefix) for known in exchange.trunks.values()):
        call.fail(Failure.NO_SUCH_NUMBER, leg)
    elif line is None or not line.usable:
        call.fail(Failure.NO_LINE, leg)
    else:
        call.ring([leg], OUTSIDE_RING_SECONDS, partial(_unanswered, call))
