"""Every scene of the rig, as two versions of Asterisk sent it."""

import re

import pytest

from custom_components.pbx.client import (
    Extension,
    ExtensionStatus,
    PbxInfo,
    Snapshot,
    Switchboard,
)
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.client.model import CallEvent
from tests.asterisk.office import EXTENSIONS
from tests.asterisk.stories import ENDED_BY_THE_RIG, STORIES
from tests.asterisk.story import Story

from .captured import events, quiet_table

VERSIONS = ["16", "22"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scene", STORIES)
def test_each_scene_is_told_as_it_was(version: str, scene: str) -> None:
    """Test the calls, parties, directions, outcomes and phones' states of a scene."""
    table, story = quiet_table(), Story()
    for at, event in events(version, scene):
        story.feed(at, table.apply(event, at))
    lines = story.lines
    if scene in ENDED_BY_THE_RIG:
        lines = [re.sub(r"(ended \w+) by \d+", r"\1", line) for line in lines]
    assert lines == STORIES[scene]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scene", STORIES)
def test_nothing_is_left_of_a_scene(version: str, scene: str) -> None:
    """Test that no call remains after a scene, and that every phone is free."""
    table = quiet_table()
    for at, event in events(version, scene):
        table.apply(event, at)
    assert table.calls() == ()
    statuses = {table.status(number) for number in EXTENSIONS}
    assert statuses <= {ExtensionStatus.IDLE, ExtensionStatus.OFFLINE}
    assert not any(table.channels_of(number) for number in EXTENSIONS)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scene", STORIES)
def test_what_changes_nothing_is_not_told(version: str, scene: str) -> None:
    """Test that no report is repeated, and that a repeated event changes no phone."""
    table = quiet_table()
    last: dict[str, object] = {}
    for at, event in events(version, scene):
        for report in table.apply(event, at):
            key = f"{type(report).__name__} {getattr(report, 'id', '')}"
            key += getattr(report, "number", None) or ""
            assert last.get(key) != report or event["Event"] == "DeviceStateChange"
            last[key] = report


# What is told of the extensions where calls become part of others.
EVENTS = {
    "attended_transfer": [
        "1001 ringing",
        "1001 answered",
        "1001 held",
        "1001 dialing",
        "1003 ringing",
        "1001 answered",
        "1003 answered",
        "1001 resumed",
        "1001 ended answered",
        "1001 ended answered",
        "1003 ended answered",
    ],
    "parked": [
        "1001 ringing",
        "1001 answered",
        "1001 ended answered",
        "1003 dialing",
        "1003 answered",
        "1003 ended answered",
    ],
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scene", EVENTS)
def test_joined_calls_end_once(version: str, scene: str) -> None:
    """Who goes on in the other call is neither called anew, nor was left."""
    board = Switchboard(reader=Asterisk.call_reader)
    info = PbxInfo("1", "PBX", "Maker", "Model", None, None, "1")
    staff = tuple(
        Extension(number, name, ExtensionStatus.IDLE)
        for number, (name, _, _) in EXTENSIONS.items()
    )
    board.reconcile(Snapshot(info, staff, calls_now=()), -1.0)
    table, told = quiet_table(), list[CallEvent]()
    for at, event in events(version, scene):
        told += board.settle(at).events
        for report in table.apply(event, at):
            told += board.apply(report, at).events
    assert board.next_deadline is None
    assert board.calls == []
    assert [
        " ".join(filter(None, (one.number, one.type, one.outcome))) for one in told
    ] == EVENTS[scene]
