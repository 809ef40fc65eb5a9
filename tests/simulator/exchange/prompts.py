"""Calls that the PBX makes to play prompts: reference 3.11."""

from typing import TYPE_CHECKING

from .call import SimCall
from .connection import CallKind
from .events import Failure, LegKind, PromptEnded
from .leg import Leg
from .routing import OUTSIDE_RING_SECONDS, outbound_trunk

if TYPE_CHECKING:
    from .exchange import Exchange


def to_extension(
    exchange: Exchange, number: str, prompts: list[str], pick_up: bool
) -> SimCall:
    """Call an extension and play prompts to it; the caller is the phone that is called."""
    leg = exchange.new_leg(LegKind.EXTENSION, number)
    call = _new(exchange, leg)
    extension = exchange.extensions[number]
    if not extension.registered or len(exchange.legs_of(number)) >= extension.max_calls:
        call.fail(Failure.BUSY if extension.registered else Failure.UNREACHABLE, leg)
        return call
    pick_up = pick_up and extension.auto_answer
    exchange.ring_caller(
        call, extension.ring_seconds, pick_up, lambda: _play(exchange, call, prompts)
    )
    return call


def to_outside(exchange: Exchange, number: str, prompts: list[str]) -> SimCall:
    """Call an outside number and play prompts to it."""
    leg = exchange.new_leg(LegKind.OUTBOUND, number)
    leg.to_number = number
    call = _new(exchange, leg)
    line = outbound_trunk(exchange, number)
    if line is None:
        call.fail(Failure.NO_LINE, leg)
        return call
    leg.trunk = line.name
    exchange.ring_caller(
        call, OUTSIDE_RING_SECONDS, False, lambda: _play(exchange, call, prompts)
    )
    return call


def _new(exchange: Exchange, leg: Leg) -> SimCall:
    kind: CallKind = "internal" if leg.kind is LegKind.EXTENSION else "outbound"
    call = SimCall(exchange, leg.call_id, kind, leg, leg.number, by_api=True)
    exchange.calls[call.call_id] = call
    return call


def _play(exchange: Exchange, call: SimCall, prompts: list[str]) -> None:
    """Connect who picked up with the prompts, and hang up after the last one."""
    call.to_service(LegKind.PROMPT, "")

    def end() -> None:
        # [choose]: one report after the last of several prompts, with the name as asked.
        exchange.emit(PromptEnded(call.call_id, call.caller.party(), "+".join(prompts)))
        call.hang_up_leg(call.callees[0])

    call.timer(sum(exchange.prompts[name] for name in prompts), end)
