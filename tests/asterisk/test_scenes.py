"""Every scene on a real Asterisk: calls, states, outcomes against what the phones did."""

import asyncio
import re

import pytest

from .hub import StandInHub
from .remote import RemoteRig
from .stories import ENDED_BY_THE_RIG, STORIES

# How long after the last event of a scene nothing may follow.
STILL = 0.4


@pytest.mark.parametrize("scene", STORIES)
async def test_a_scene_is_told_as_it_is_played(
    rig: RemoteRig, hub: StandInHub, scene: str
) -> None:
    """Test each line of the story, and that each beginning has an end."""
    await rig.do(scene)
    await asyncio.sleep(STILL)
    lines = hub.story.lines
    if scene in ENDED_BY_THE_RIG:
        await rig.do("clear")
        await asyncio.sleep(STILL)
        lines = [re.sub(r"(ended \w+) by \d+", r"\1", line) for line in hub.story.lines]
    if scene == "restart":
        # What phones do until they have registered again is not of this scene.
        lines = [line for line in lines if "offline" not in line]
    assert lines == STORIES[scene]
    assert hub.board.calls == []
    assert hub.statuses() == {}
    assert hub.unended() == set()
