"""The calls that ended last: one line for each call."""

from dataclasses import replace

from homeassistant.core import HomeAssistant

from custom_components.pbx.client.calls.ledger import MAX_RECENT
from custom_components.pbx.client.model import CallDirection, CallOutcome, PartyState
from custom_components.pbx.client.report import CallNow

from .panels import (
    DIALING,
    RINGING,
    TALKING,
    Office,
    ext,
    from_outside,
    internal,
    outside,
)


def ended(office: Office, call: CallNow, *states: PartyState) -> None:
    """Let a call go through states, and end."""
    office.pbx.tell(call)
    for state in states:
        parties = tuple(replace(one, state=state) for one in call.parties)
        office.pbx.tell(replace(call, parties=parties))
    office.pbx.end(call.id)


async def test_group_call_that_nobody_takes_is_one_line(office: Office) -> None:
    """It names all phones that rang."""
    ended(office, from_outside("c-1", RINGING, "1001", "1002", "1003"))
    (line,) = await office.recent()
    assert line == {
        "key": line["key"],
        "call_id": "c-1",
        "direction": "inbound",
        "trunk": "Line",
        "via": None,
        "dialed": None,
        "other": {"number": "0401234567", "name": None, "extension": False},
        "extensions": [
            {"number": number, "name": name, "caller": False, "outcome": "missed"}
            for number, name in (
                ("1001", "Anna"),
                ("1002", "Bruno"),
                ("1003", "Carla"),
            )
        ],
        "outcome": "missed",
        "started": line["started"],
        "ended": line["ended"],
        "rang": 0,
        "talked": 0,
    }
    assert line["started"] <= line["ended"]


async def test_group_call_that_one_takes(office: Office) -> None:
    """The one who answered decides the line."""
    office.pbx.tell(from_outside("c-1", RINGING, "1001", "1002"))
    office.pbx.tell(from_outside("c-1", TALKING, "1002"))
    assert await office.recent() == []
    office.pbx.end("c-1")
    (line,) = await office.recent()
    assert line["outcome"] == "answered"
    assert [(one["number"], one["outcome"]) for one in line["extensions"]] == [
        ("1002", "answered"),
        ("1001", "answered_elsewhere"),
    ]


async def test_internal_call_is_one_line(office: Office) -> None:
    """The caller is the other party of the callee."""
    ended(office, internal("c-1", RINGING, "1001", "1002"), TALKING)
    (line,) = await office.recent()
    assert line["other"] == {"number": "1001", "name": "Anna", "extension": True}
    assert [one["number"] for one in line["extensions"]] == ["1002"]
    assert line["outcome"] == "answered"


async def test_outbound_call(office: Office) -> None:
    """The extension is the caller."""
    parties = (ext("1001", DIALING, True), outside("040", RINGING, caller=False))
    ended(office, CallNow("c-1", parties, CallDirection.OUTBOUND))
    (line,) = await office.recent()
    assert line["other"]["number"] == "040"
    assert [(one["number"], one["caller"]) for one in line["extensions"]] == [
        ("1001", True)
    ]


async def test_busy_callee(office: Office) -> None:
    """The outcome is that of the call."""
    office.pbx.tell(internal("c-1", RINGING, "1001", "1002"))
    office.pbx.end("c-1", outcome=CallOutcome.BUSY)
    (line,) = await office.recent()
    assert line["outcome"] == "busy"


async def test_transferred_call(office: Office) -> None:
    """It is no line while it goes on; then the longest conversation decides it."""
    office.pbx.tell(from_outside("c-1", TALKING, "1001"))
    office.pbx.tell(from_outside("c-1", RINGING, "1002"))
    assert await office.recent() == []
    office.pbx.tell(from_outside("c-1", TALKING, "1002"))
    office.pbx.end("c-1")
    (line,) = await office.recent()
    assert {one["number"] for one in line["extensions"]} == {"1001", "1002"}


async def test_caller_unknown(office: Office) -> None:
    """Neither is told to be the caller."""
    parties = (ext("1001", TALKING), ext("1002", TALKING))
    ended(office, CallNow("c-1", parties, CallDirection.INTERNAL))
    (line,) = await office.recent()
    assert [one["caller"] for one in line["extensions"]] == [None, None]


async def test_newest_first_and_as_many_as_wanted(office: Office) -> None:
    """Not more than are kept."""
    for number in range(MAX_RECENT + 5):
        ended(office, from_outside(f"c-{number}", RINGING, "1001"))
    newest = [f"c-{MAX_RECENT + 4 - place}" for place in range(20)]
    assert [line["call_id"] for line in await office.recent()] == newest
    assert len(await office.recent(limit=3)) == 3
    assert len(await office.recent(limit=MAX_RECENT)) == MAX_RECENT


async def test_user_of_some_extensions(office: Office) -> None:
    """They see the lines of these, and of these only their part."""
    ended(office, from_outside("c-1", RINGING, "1001", "1002"))
    ended(office, from_outside("c-2", RINGING, "1003"))
    ended(office, internal("c-3", RINGING, "1001", "1003"))
    lines = await office.recent(office.user("1001"))
    assert [
        (line["call_id"], line["other"]["number"], line["extensions"][0]["number"])
        for line in lines
    ] == [("c-3", "1003", "1001"), ("c-1", "0401234567", "1001")]
    assert [len(line["extensions"]) for line in lines] == [1, 1]
    assert await office.recent(office.user()) == []


async def test_they_outlive_a_reload(hass: HomeAssistant, office: Office) -> None:
    """While the entry is not loaded there are none."""
    ended(office, from_outside("c-1", RINGING, "1001"))
    before = await office.recent()
    assert await hass.config_entries.async_unload(office.entry.entry_id)
    assert await office.recent() == []
    assert await hass.config_entries.async_setup(office.entry.entry_id)
    await hass.async_block_till_done()
    assert await office.recent() == before


async def test_removed_extension(office: Office) -> None:
    """What is known of it is its number."""
    ended(office, from_outside("c-1", RINGING, "1001"))
    office.pbx.extensions = office.pbx.extensions[1:]
    for _ in range(2):
        await office.entry.runtime_data.coordinator.async_refresh()
    (line,) = await office.recent()
    assert line["extensions"][0]["number"] == "1001"
    assert line["extensions"][0]["name"] is None
