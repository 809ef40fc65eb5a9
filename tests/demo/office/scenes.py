"""The situations users complain about, to be played one by one or by the office."""

from collections.abc import Awaitable, Callable

from tests.simulator.chance import Chance
from tests.simulator.exchange import CallState
from tests.simulator.exchange.errors import ExchangeError
from tests.simulator.exchange.monitoring import MonitorMode
from tests.simulator.people import OFFICE_QUEUE, OFFICE_RING_GROUP

from .openings import (
    busy_agents,
    to_voicemail,
    transferred,
    transferred_outside,
    two_calls,
    waiting,
)
from .stage import Stage

type Scene = Callable[[Stage], Awaitable[None]]


# -- two calls at once


async def first_ends_first(stage: Stage) -> None:
    """The call on hold is given up while the later one is talked on."""
    first, second, _ = await two_calls(stage)
    first.hang_up(first.caller.number)
    await stage.moment()
    second.hang_up(second.caller.number)


async def second_ends_first(stage: Stage) -> None:
    """The later call ends, the first is taken back and ends on its own."""
    first, second, number = await two_calls(stage)
    second.hang_up(number)
    await stage.moment()
    first.unhold(number)
    await stage.moment()
    first.hang_up(number)


async def waiting_refused(stage: Stage) -> None:
    """A second call rings at a busy extension, which declines it."""
    first, second, number = await waiting(stage)
    second.reject(number)
    await stage.moment()
    first.hang_up(number)


async def waiting_given_up(stage: Stage) -> None:
    """A second call rings at a busy extension until its caller gives up."""
    first, second, number = await waiting(stage)
    second.hang_up(second.caller.number)
    await stage.moment()
    first.hang_up(number)


async def waiting_taken(stage: Stage) -> None:
    """A second call is taken, ended, and the first one taken back."""
    first, second, number = await waiting(stage)
    second.answer(number)
    await stage.moment()
    second.hang_up(second.caller.number)
    first.unhold(number)
    await stage.moment()
    first.hang_up(first.caller.number)


# -- transfers


async def transfer_answered(stage: Stage) -> None:
    """An inbound call is transferred to a colleague who answers."""
    call, other = await transferred(stage)
    call.answer(other)
    await stage.moment(4, 10)
    call.hang_up(other)


async def transfer_unanswered(stage: Stage) -> None:
    """An inbound call is transferred to a colleague who is not there."""
    call, _ = await transferred(stage)
    await stage.until_ended(call)


async def outside_answered(stage: Stage) -> None:
    """An inbound call is transferred to an outside number, which answers."""
    call, number = await transferred_outside(stage)
    call.answer(number)
    await stage.moment(4, 10)
    call.hang_up(call.caller.number)


async def outside_busy(stage: Stage) -> None:
    """An inbound call is transferred to an outside number, which declines."""
    call, number = await transferred_outside(stage)
    call.reject(number)


# -- groups and queues


async def group_answered(stage: Stage) -> None:
    """A ring group rings, one member answers."""
    members = stage.members(stage.simulator.exchange.ring_groups, OFFICE_RING_GROUP)
    call = stage.inbound(OFFICE_RING_GROUP)
    await stage.moment()
    call.answer(members[-1])
    await stage.moment(4, 10)
    call.hang_up(members[-1])


async def group_declined_by_one(stage: Stage) -> None:
    """A ring group rings, one member declines, another answers."""
    members = stage.members(stage.simulator.exchange.ring_groups, OFFICE_RING_GROUP)
    call = stage.inbound(OFFICE_RING_GROUP)
    await stage.moment()
    call.reject(members[0])
    await stage.moment()
    call.answer(members[-1])
    await stage.moment(4, 10)
    call.hang_up(call.caller.number)


async def group_unanswered(stage: Stage) -> None:
    """A ring group rings, and nobody is there."""
    stage.members(stage.simulator.exchange.ring_groups, OFFICE_RING_GROUP)
    await stage.until_ended(stage.inbound(OFFICE_RING_GROUP))


async def queue_answered(stage: Stage) -> None:
    """A caller waits in a queue until an agent is free, rings, and answers."""
    agents, busy = await busy_agents(stage)
    call = stage.inbound(OFFICE_QUEUE)
    await stage.moment(4, 10)
    busy.hang_up(agents[0])
    await stage.moment()
    call.answer()
    await stage.moment(4, 10)
    call.hang_up(call.caller.number)


async def queue_declined(stage: Stage) -> None:
    """An agent declines; the caller goes on waiting, is offered again, and answered."""
    agents, busy = await busy_agents(stage)
    call = stage.inbound(OFFICE_QUEUE)
    await stage.moment()
    busy.hang_up(agents[0])
    await stage.moment()
    call.reject()
    retry = stage.simulator.switches.queue_retry
    await stage.moment(retry + 1, retry + 3)
    call.answer()
    await stage.moment(4, 10)
    call.hang_up(call.caller.number)


async def queue_given_up(stage: Stage) -> None:
    """A caller waits in a queue and gives up."""
    agents, busy = await busy_agents(stage)
    call = stage.inbound(OFFICE_QUEUE)
    await stage.moment(4, 10)
    call.hang_up()
    await stage.moment()
    busy.hang_up(agents[0])


# -- forwarding and voicemail


async def forward_no_answer(stage: Stage) -> None:
    """A call that is not answered is forwarded to the voicemail."""
    await stage.until_ended(stage.inbound(stage.somebody(to_voicemail)))


async def forward_busy(stage: Stage) -> None:
    """A call that is declined is forwarded to the voicemail."""
    number = stage.somebody(lambda extension: extension.busy_forward.on)
    call = stage.inbound(number)
    await stage.moment()
    call.reject(number)
    await stage.until_ended(call)


async def forward_always(stage: Stage) -> None:
    """A call to somebody who forwards everything rings at a colleague, who answers."""
    away, other = stage.somebody(), stage.somebody()
    with stage.always_forwarding(away, other):
        call = stage.inbound(away)
        await stage.moment()
        call.answer(other)
        await stage.moment(4, 10)
        call.hang_up(other)


async def leaves_a_message(stage: Stage) -> None:
    """Nobody answers, the caller talks to the voicemail and hangs up."""
    call = stage.inbound(stage.somebody(to_voicemail))
    at_the_end = (CallState.VOICEMAIL, CallState.ENDED)
    await stage.until(lambda: call.state in at_the_end)
    await stage.moment(4, 10)
    call.hang_up(call.caller.number)


# -- monitoring


def monitored(mode: MonitorMode, auto_answer: bool = True) -> Scene:
    """Return the scene in which a supervisor joins a call and leaves before it ends."""

    async def scene(stage: Stage) -> None:
        supervisor = stage.supervisor(
            lambda extension: (
                extension.monitor_mode == "Extensive"
                and extension.auto_answer is auto_answer
            )
        )
        number = stage.somebody(lambda extension: extension.allow_being_monitored)
        call = await stage.inbound_answered(number)
        await stage.moment()
        leg = stage.simulator.exchange.monitor(mode, supervisor, number)
        if leg.state == "ringing":
            await stage.moment()
            stage.simulator.pick_up(supervisor)
        await stage.moment(6, 12)
        leg.end()
        await stage.moment()
        call.hang_up(number)

    return scene


SCENES: dict[str, dict[str, Scene]] = {
    "two_calls": {
        "first_ends_first": first_ends_first,
        "second_ends_first": second_ends_first,
    },
    "call_waiting": {
        "refused": waiting_refused,
        "given_up": waiting_given_up,
        "taken": waiting_taken,
    },
    "blind_transfer": {
        "answered": transfer_answered,
        "unanswered": transfer_unanswered,
    },
    "transfer_outside": {"answered": outside_answered, "busy": outside_busy},
    "ring_group": {
        "answered": group_answered,
        "declined_by_one": group_declined_by_one,
        "unanswered": group_unanswered,
    },
    "queue": {
        "answered": queue_answered,
        "declined": queue_declined,
        "given_up": queue_given_up,
    },
    "forwarding": {
        "no_answer": forward_no_answer,
        "busy": forward_busy,
        "always": forward_always,
    },
    "voicemail": {"leaves_a_message": leaves_a_message},
    "monitoring": {
        "listen": monitored("listen"),
        "whisper": monitored("whisper"),
        "barge_in": monitored("barge_in"),
        "rings_first": monitored("whisper", auto_answer=False),
    },
}


def chosen(name: str, variant: str | None, chance: Chance) -> tuple[str, Scene]:
    """Return a scene and its variant, any when none is named; LookupError if unknown."""
    variants = SCENES[name]
    variant = variant or chance.choice(list(variants))
    return variant, variants[variant]


async def play(stage: Stage, scene: Scene) -> None:
    """Play a scene; whoever interferes by hand wins, and no call is left behind."""
    try:
        await scene(stage)
    except ExchangeError as err:
        stage.ended_by = err
        await stage.interrupted()
    finally:
        stage.clear()
