"""Every scene on a real Asterisk, as Home Assistant shows it."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from operator import eq
import re

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from .home import until
from .picture import Picture
from .proxy import Proxy
from .remote import RemoteRig
from .stories import ENDED_BY_THE_RIG, EVENTS, STORIES

# In seconds.
CUT_AFTER = 0.6
AWAY = 0.6
IDLE = "- | -"
BACK_WITHIN = 30.0
# A feature code that is under way at a reconnect cannot be told from a call.
CODES = {("do_not_disturb", "1003"), ("forwarded", "1003")}
BY_A_PARTY = re.compile(r" by \d+")


def moments(lines: Iterable[str]) -> list[str]:
    """Return the lines about moments in which something is in use, each once in a row.

    Lines about ends are left out, the pauses between calls, whose length is up to the
    rig, and what phones do after a restart of the PBX until they have registered again.
    """
    found: list[str] = []
    for line in lines:
        if line == IDLE or " | " not in line or "1001=offline" in line:
            continue
        if line not in found[-1:]:
            found.append(line)
    return found


async def interrupt(path: Proxy) -> None:
    """Cut a path in the middle of a scene, and restore it."""
    await asyncio.sleep(CUT_AFTER)
    path.cut()
    await asyncio.sleep(AWAY)
    path.mend()


@pytest.mark.parametrize("scene", STORIES)
async def test_a_scene_is_shown_as_it_is_played(
    hass: HomeAssistant,
    quiet: RemoteRig,
    entry: ConfigEntry,
    far_picture: Picture | None,
    far_proxy: Proxy,
    scene: str,
) -> None:
    """Test calls and all entities at each moment, each event, and the last calls.

    On one version, a second Home Assistant is there, whose path is cut in the middle of
    the scene: only what happened meanwhile may be missing.
    """
    near = Picture(hass, entry)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(near.watching())
        if far_picture is not None:
            await stack.enter_async_context(far_picture.watching())
        cut = asyncio.create_task(interrupt(far_proxy))
        await quiet.do(scene)
        if scene in ENDED_BY_THE_RIG:
            await quiet.do("clear")
        await cut
        if far_picture is not None:
            await until(lambda: far_picture.state("connection") == "on", BACK_WITHIN)
    check_near(near, scene)
    if far_picture is not None:
        check_far(far_picture, scene)


def check_near(near: Picture, scene: str) -> None:
    """Compare what was shown without an interruption with the whole story."""
    told, events = near.told(), EVENTS[scene]
    if scene in ENDED_BY_THE_RIG:
        # The rig ends all channels at once: nobody knows which is the first.
        told, events = ([BY_A_PARTY.sub("", x) for x in y] for y in (told, events))
    assert told == events
    assert moments(near.lines) == moments(STORIES[scene])
    assert near.lines == [] or near.lines[-1] == IDLE
    assert near.contradictions == []
    assert near.last_calls() == []
    assert near.unended() == []


def check_far(far: Picture, scene: str) -> None:
    """Compare what was shown with an interruption with the story, parts of which it has."""
    assert far.lines == [] or far.lines[-1] == IDLE
    story = moments(STORIES[scene])
    # The path may have been cut when the story began.
    codes = {
        f"internal: *{number} dialing | {number}=busy"
        for coded, number in CODES
        if coded == scene
    }
    shown = moments([line for line in far.lines if line not in codes])
    assert is_part(shown, story)
    truth = {line[:4]: line[6:].split(", ") for line in EVENTS[scene]}
    enders = {None, *map(by_whom, STORIES[scene])}
    for line in far.told():
        if (scene, line[:4]) in CODES:
            continue
        told = line[6:].split(", ")
        if scene in ENDED_BY_THE_RIG:
            told = [BY_A_PARTY.sub("", event) for event in told]
        assert is_part(told, truth[line[:4]], same_event)
        assert enders >= set(map(by_whom, told))
    assert far.contradictions == []
    assert far.last_calls() == []


def by_whom(text: str) -> str | None:
    """Return the party that hung up, from an event or the line of an end."""
    found = BY_A_PARTY.search(text)
    return None if found is None else found[0]


def same_event(told: str, event: str) -> bool:
    """Return whether two events are the same, except that one names no ender.

    A client that was away may not know it. If it missed why a phone stopped ringing, it
    tells that end with the end of the call, and so it knows more than others did.
    """
    if told != event and None not in (by_whom(told), by_whom(event)):
        return False
    return BY_A_PARTY.sub("", told) == BY_A_PARTY.sub("", event)


def is_part(
    found: Iterable[str],
    whole: Iterable[str],
    same: Callable[[str, str], bool] = eq,
) -> bool:
    """Return whether all that was found is in the whole, in the same order."""
    rest = iter(whole)
    return all(any(same(one, other) for other in rest) for one in found)
