"""The day that the demo shows: every call comes about, and every party is told right."""

from .hub import StandInHub
from .remote import RemoteRig

SHORTENED = 0.05


async def test_a_day_in_the_office(rig: RemoteRig, hub: StandInHub) -> None:
    """Test that no event is cut short, and that the client follows all of them."""
    assert await rig.do(f"day {SHORTENED}") == []
    await hub.until(lambda: not hub.board.calls and not hub.statuses())
    assert hub.unended() == set()
    outcomes = {(event.number, str(event.outcome)) for event in hub.events}
    assert outcomes >= {
        ("1001", "answered"),
        ("1002", "answered"),
        ("1003", "answered"),
        ("1004", "answered"),
        ("1006", "answered_elsewhere"),
        ("1006", "missed"),
        ("1007", "answered"),
        ("1007", "missed"),
    }
