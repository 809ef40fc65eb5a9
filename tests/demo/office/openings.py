"""How scenes begin: two people talk, and something is about to happen."""

from tests.simulator.exchange import SimCall, SimExtension
from tests.simulator.exchange.errors import NotPossible
from tests.simulator.people import OFFICE_QUEUE

from .stage import Fits, Stage


def can_wait(extension: SimExtension) -> bool:
    """Return whether a second call can ring at an extension and be refused there."""
    return extension.max_calls > 1 and not extension.busy_forward.on


def keeps_ringing(extension: SimExtension) -> bool:
    """Return whether a call that nobody answers goes nowhere else."""
    return not extension.no_answer_forward.on


async def two_calls(stage: Stage) -> tuple[SimCall, SimCall, str]:
    """Let somebody who talks take a second call; the first is on hold then."""
    first, second, number = await waiting(stage, lambda phone: phone.max_calls > 1)
    second.answer(number)
    await stage.moment()
    return first, second, number


async def waiting(stage: Stage, fits: Fits = can_wait) -> tuple[SimCall, SimCall, str]:
    """Let a second call ring at somebody who talks."""
    number = stage.somebody(fits)
    first = await stage.inbound_answered(number)
    await stage.moment()
    second = stage.inbound(number)
    await stage.moment()
    return first, second, number


async def transferred(stage: Stage) -> tuple[SimCall, str]:
    """Let an inbound call ring at the colleague it was transferred to."""
    number, other = stage.somebody(), stage.somebody(keeps_ringing)
    call = await stage.inbound_answered(number)
    await stage.moment()
    call.transfer(other, number)
    await stage.moment()
    return call, other


async def transferred_outside(stage: Stage) -> tuple[SimCall, str]:
    """Let an inbound call ring at the outside number it was transferred to."""
    number, outside = stage.somebody(), stage.outsider()
    call = await stage.inbound_answered(number)
    await stage.moment()
    call.transfer(outside, number)
    await stage.moment()
    return call, outside


async def busy_agents(stage: Stage) -> tuple[list[str], SimCall]:
    """Let the first two agents of the queue talk to each other, so that none is free."""
    agents = stage.members(stage.simulator.exchange.queues, OFFICE_QUEUE)
    if len(agents) == 1:
        raise NotPossible("A queue with one agent cannot be kept busy by itself")
    busy = stage.call(agents[0], agents[1])
    await stage.moment()
    busy.answer(agents[1])
    await stage.moment()
    return agents, busy


def to_voicemail(extension: SimExtension) -> bool:
    """Return whether a call that nobody answers goes to the voicemail."""
    forward = extension.no_answer_forward
    return forward.on and forward.to == "Voicemail"
