"""Whole scenes in a simulated exchange: what is seen of them, by reports, by polls, by both."""

from collections.abc import Awaitable, Callable
import random

import pytest

from custom_components.pbx.client import ExtensionStatus
from tests.simulator import SimExtension
from tests.simulator.exchange import Forward

from .scene import Scene, people

type Play = Callable[[Scene], Awaitable[None]]


async def two_calls(scene: Scene) -> None:
    """Two calls of one extension, the second one ends first."""
    first = scene.sim.call("1001", "1002")
    await scene.checked()
    first.answer()
    await scene.checked()
    second = scene.sim.inbound("555", "1001")
    await scene.checked()
    second.answer()
    await scene.checked(held="1001")
    second.hang_up()
    await scene.checked(held="1001")
    first.unhold("1001")
    await scene.checked(held="1001")
    first.hang_up("1002")


async def first_call_ends_first(scene: Scene) -> None:
    """Two calls of one extension, the one on hold is hung up."""
    first = scene.sim.outbound("1001", "777", answer=True)
    second = scene.sim.call("1003", "1001")
    await scene.checked()
    second.answer()
    await scene.checked(held="1001")
    first.hang_up()
    await scene.checked()
    second.hang_up()


async def call_waiting_given_up(scene: Scene) -> None:
    """A second call rings at one who does not take it."""
    first = scene.sim.inbound("555", "1001", answer=True)
    second = scene.sim.call("1002", "1001")
    await scene.checked()
    second.hang_up()
    await scene.checked()
    first.hang_up("1001")


async def blind_transfer(scene: Scene) -> None:
    """An inbound call goes on to a colleague."""
    call = scene.sim.inbound("555", "1001", answer=True)
    await scene.checked()
    call.transfer("1002", "1001")
    await scene.checked()
    call.answer()
    await scene.checked()
    call.hang_up()


async def blind_transfer_inside(scene: Scene) -> None:
    """An internal call goes on to a colleague."""
    call = scene.sim.call("1001", "1002", answer=True)
    await scene.checked()
    call.transfer("1003", "1002")
    await scene.checked()
    call.answer()
    await scene.checked()
    call.hang_up("1003")


async def transfer_by_the_caller(scene: Scene) -> None:
    """Who dialled out gives the call to a colleague."""
    call = scene.sim.outbound("1001", "777", answer=True)
    await scene.checked()
    call.transfer("1003", "1001")
    await scene.checked()
    call.answer()
    await scene.checked()
    call.hang_up("1003")


async def transfer_outside(scene: Scene) -> None:
    """An inbound call goes on to a mobile phone."""
    call = scene.sim.inbound("555", "1001", answer=True)
    await scene.checked()
    call.transfer("777", "1001")
    await scene.checked()
    call.answer()
    await scene.checked()
    call.hang_up()


async def transfer_by_api(scene: Scene) -> None:
    """An inbound call is handed on without a report of it."""
    call = scene.sim.inbound("555", "1001", answer=True)
    await scene.checked()
    call.hand_over(call.caller)
    scene.sim.exchange.route(call, "1002")
    # Without a record, nothing but the status of who was in it tells.
    untold = "1001" if scene.sim.switches.transfer_cdr == "once" else ""
    await scene.checked(stale=untold)
    call.answer()
    await scene.checked(stale=untold)
    call.hang_up()


async def ring_group(scene: Scene) -> None:
    """A group is called from outside, one of it answers."""
    call = scene.sim.inbound("555", "6200")
    await scene.checked()
    call.answer("1002")
    await scene.checked()
    call.hang_up("1002")


async def ring_group_inside(scene: Scene) -> None:
    """A colleague calls a group, one of it declines, another answers."""
    call = scene.sim.call("1006", "6200")
    await scene.checked()
    call.reject("1001")
    await scene.checked()
    call.answer("1003")
    await scene.checked()
    call.hang_up("1006")


async def ring_group_unanswered(scene: Scene) -> None:
    """A group is called and nobody answers."""
    scene.sim.inbound("555", "6200")
    await scene.checked()
    await scene.wait(31)


async def queue(scene: Scene) -> None:
    """The agents ring, stop ringing, ring again, and one answers."""
    call = scene.sim.inbound("555", "6700")
    await scene.checked()
    await scene.wait(31)
    await scene.checked()
    await scene.wait(5)
    await scene.checked()
    call.answer("1005")
    await scene.checked()
    call.hang_up()


async def forwarding(scene: Scene) -> None:
    """Nobody answers, a colleague is rung instead."""
    forward = Forward(on=True, to="Extension", extension="1002")
    scene.sim.extensions["1001"].no_answer_forward = forward
    call = scene.sim.inbound("555", "1001")
    await scene.checked()
    await scene.wait(31)
    await scene.checked()
    call.answer()
    await scene.checked()
    call.hang_up()


async def forwarding_outside(scene: Scene) -> None:
    """All calls go on to a mobile phone."""
    forward = Forward(on=True, to="Custom Number", number="777")
    scene.sim.extensions["1001"].always_forward = forward
    call = scene.sim.call("1003", "1001")
    await scene.checked()
    call.answer()
    await scene.checked()
    call.hang_up()


async def voicemail(scene: Scene) -> None:
    """Nobody answers, the voicemail does."""
    scene.sim.extensions["1001"].no_answer_forward = Forward(on=True)
    scene.sim.inbound("555", "1001")
    await scene.checked()
    await scene.wait(31)
    await scene.checked()
    await scene.wait(21)


async def voicemail_inside(scene: Scene) -> None:
    """A colleague reaches the voicemail."""
    scene.sim.extensions["1001"].no_answer_forward = Forward(on=True)
    scene.sim.call("1002", "1001")
    await scene.checked()
    await scene.wait(31)
    await scene.checked(machine=True)
    await scene.wait(21)


async def rejected(scene: Scene) -> None:
    """Somebody declines."""
    call = scene.sim.call("1002", "1001")
    await scene.checked()
    call.reject()


async def out_of_reach(scene: Scene) -> None:
    """The phone is not there."""
    scene.sim.set_registered("1001", False)
    scene.sim.call("1002", "1001")


async def not_allowed(scene: Scene) -> None:
    """Who must not dial out tries it."""
    scene.sim.extensions["1002"].may_dial_out = False
    scene.sim.call("1002", "777")


async def held(scene: Scene) -> None:
    """An outbound call is put on hold and taken back."""
    call = scene.sim.outbound("1001", "777", answer=True)
    await scene.checked()
    call.hold("1001")
    await scene.checked(held="1001")
    call.unhold("1001")
    await scene.checked(held="1001")
    call.hang_up()


async def dialled_by_api(scene: Scene) -> None:
    """The PBX rings the caller first."""
    call = scene.sim.exchange.dial("1003", "1004", pick_up=False)
    call.answer()
    await scene.checked()
    call.answer()
    await scene.checked()
    call.hang_up()


ENDED = "ended answered"
ELSEWHERE = "ended answered_elsewhere"

# What is told with reports, in order for each extension.
SCENES: dict[Play, dict[str, str]] = {
    two_calls: {
        "1001": "dialing, answered, ringing, answered, ended answered, ended answered",
        "1002": "ringing, answered, ended answered",
    },
    first_call_ends_first: {
        "1001": "dialing, answered, ringing, answered, ended answered, ended answered",
        "1003": "dialing, answered, ended answered",
    },
    call_waiting_given_up: {
        "1001": "ringing, answered, ringing, missed missed, ended answered",
        "1002": "dialing, ended missed",
    },
    blind_transfer: {
        "1001": "ringing, answered, ended answered",
        "1002": "ringing, answered, ended answered",
    },
    blind_transfer_inside: {
        "1001": "dialing, answered, ended answered",
        "1002": "ringing, answered, ended answered",
        "1003": "ringing, answered, ended answered",
    },
    transfer_by_the_caller: {
        "1001": "dialing, answered, ended answered",
        "1003": "ringing, answered, ended answered",
    },
    transfer_outside: {"1001": "ringing, answered, ended answered"},
    transfer_by_api: {
        "1001": "ringing, answered, ended answered",
        "1002": "ringing, answered, ended answered",
    },
    ring_group: {
        "1001": f"ringing, {ELSEWHERE}",
        "1002": "ringing, answered, ended answered",
        "1003": f"ringing, {ELSEWHERE}",
    },
    ring_group_inside: {
        "1001": f"ringing, {ELSEWHERE}",
        "1002": f"ringing, {ELSEWHERE}",
        "1003": "ringing, answered, ended answered",
        "1006": "dialing, answered, ended answered",
    },
    ring_group_unanswered: dict.fromkeys(
        ("1001", "1002", "1003"), "ringing, missed missed"
    ),
    queue: {
        "1004": f"ringing, missed missed, ringing, {ELSEWHERE}",
        "1005": "ringing, missed missed, ringing, answered, ended answered",
    },
    forwarding: {
        "1001": f"ringing, {ELSEWHERE}",
        "1002": "ringing, answered, ended answered",
    },
    forwarding_outside: {"1003": "dialing, answered, ended answered"},
    voicemail: {"1001": "ringing, missed voicemail"},
    voicemail_inside: {
        "1001": "ringing, missed voicemail",
        "1002": "dialing, answered, ended voicemail",
    },
    rejected: {"1001": "ringing, ended rejected", "1002": "dialing, failed rejected"},
    out_of_reach: {"1001": "missed failed", "1002": "failed failed"},
    not_allowed: {"1002": "failed failed"},
    held: {"1001": "dialing, answered, ended answered"},
    dialled_by_api: {
        "1003": "dialing, answered, ended answered",
        "1004": "ringing, answered, ended answered",
    },
}


def by_extension(events: list[str]) -> dict[str, str]:
    """Return what was told of each extension, in order; hold is told by polls, too."""
    told: dict[str, list[str]] = {}
    for event in events:
        number, _, rest = event.partition(" ")
        if rest not in ("held", "resumed"):
            told.setdefault(number, []).append(rest)
    return {number: ", ".join(rest) for number, rest in sorted(told.items())}


async def ended(scene: Scene) -> None:
    """See to it that nothing is left of a scene."""
    await scene.wait(3)
    assert scene.picture() == {}
    assert scene.board.next_deadline is None
    assert all(map(scene.board.consistent, scene.board.extensions))


@pytest.mark.parametrize("report_format", ["1.0.2", "legacy"])
@pytest.mark.parametrize("transfer_cdr", ["segments", "once"])
@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.__name__)
async def test_reports_alone_tell_the_scene(
    play: Play, report_format: str, transfer_cdr: str
) -> None:
    """Each event once, and the picture is true after each step."""
    async with Scene.played(
        report_format=report_format, transfer_cdr=transfer_cdr
    ) as scene:
        await play(scene)
        await ended(scene)
        assert by_extension(scene.heard()) == SCENES[play]


@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.__name__)
async def test_polls_in_between_disturb_nothing(play: Play) -> None:
    """They tell nothing twice."""
    async with Scene.played() as scene:
        scene.polling = True
        await play(scene)
        await ended(scene)
        assert by_extension(scene.heard()) == SCENES[play]


@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.__name__)
async def test_polls_alone_see_who_talks_to_whom(play: Play) -> None:
    """Without a single report the picture is true after each poll."""
    async with Scene.played() as scene:
        scene.reporting, scene.polling = False, True
        # A second call inside: no list tells whether it was answered.
        scene.blind = play in (first_call_ends_first, call_waiting_given_up)
        await play(scene)
        await scene.poll()
        await ended(scene)
        told = by_extension(scene.heard())
        expected = SCENES[play]
        if play in (rejected, out_of_reach, not_allowed):
            return  # over before anybody looked
        for number, events in expected.items():
            if "answered, " in events and play is not voicemail_inside:
                assert "answered" in told[number]
            assert told[number].rpartition(", ")[2].startswith("ended")


@pytest.mark.parametrize("ring_reports", ["all", "api", "none"])
@pytest.mark.parametrize("play", [two_calls, blind_transfer, queue, held])
async def test_firmware_that_does_not_report_ringing(
    play: Play, ring_reports: str
) -> None:
    """Answers and ends are told all the same, and a poll finds the rest."""
    async with Scene.played(ring_reports=ring_reports) as scene:
        scene.polling = True
        scene.patient = ring_reports != "all"
        await play(scene)
        await ended(scene)
        for number, events in by_extension(scene.heard()).items():
            assert events.count("ended") == SCENES[play][number].count("ended")


@pytest.mark.parametrize("seed", range(4))
async def test_any_lost_reports_cost_one_poll(seed: int) -> None:
    """A third of them is lost; after a poll the picture is true again.

    Except for a second call inside, of which no list tells whether it was answered.
    """
    chance = random.Random(seed)  # noqa: S311
    for play in SCENES:
        if play in (two_calls, first_call_ends_first, call_waiting_given_up):
            continue
        async with Scene.played() as scene:
            scene.lost = lambda body: chance.random() < 0.33
            scene.polling = scene.patient = True
            await play(scene)
            await scene.poll()
            await ended(scene)


@pytest.mark.parametrize("seed", range(2))
async def test_doubled_reports_change_nothing(seed: int) -> None:
    """At once, or one step late."""
    chance = random.Random(seed)  # noqa: S311
    for play, expected in SCENES.items():
        async with Scene.played() as scene:
            scene.doubled = lambda: chance.random() < 0.5
            await play(scene)
            await ended(scene)
            assert by_extension(scene.heard()) == expected


async def test_supervisor_is_busy_without_a_call() -> None:
    """Their phone is in use, and no call of their own exists (section 4.5)."""
    async with Scene.played() as scene:
        scene.sim.call("1001", "1002", answer=True)
        scene.sim.exchange.monitor("whisper", "1005", "1001")
        assert scene.board.extensions["1005"].status is ExtensionStatus.BUSY
        await scene.poll()
        assert scene.board.calls_of("1005") == []
        assert len(scene.board.calls) == 1
        assert not scene.board.consistent("1005")


async def test_restart_of_the_pbx_loses_all_calls() -> None:
    """The next poll finds none of them."""
    async with Scene.played() as scene:
        scene.sim.call("1001", "1002", answer=True)
        scene.sim.inbound("555", "1003")
        scene.sim.restart()
        await scene.poll()
        await ended(scene)


async def test_large_office_is_seen_as_it_is() -> None:
    """Fifty calls at once, found by one poll and told by reports before."""
    office = [SimExtension(f"{number}") for number in range(2000, 2100)]
    for reporting in (True, False):
        async with Scene.played(office) as scene:
            scene.reporting = reporting
            for number in range(2000, 2100, 2):
                call = scene.sim.call(f"{number}", f"{number + 1}")
                if number % 4:
                    call.answer()
            for _ in range(2):
                await scene.poll()
            assert scene.agree()
            assert len(scene.board.calls) == 50


def test_people_of_the_scenes_are_free() -> None:
    """The scenes count on it."""
    assert [person.number for person in people()] == [str(n) for n in range(1001, 1008)]
