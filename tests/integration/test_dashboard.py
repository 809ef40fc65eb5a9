"""The dashboard's template: what it makes of the entities there are, whatever they are called."""

import re
from typing import Final

from homeassistant.core import HomeAssistant
import pytest

from custom_components.pbx.client.model import ExtensionStatus
from tests.simulator import Simulator

from .conftest import OFFICE
from .rendered import ROOT, actions, cards_of, dashboard, entity, mentioned, visible

SUPERVISOR: Final = "1005"
# What colour tells what; grey tells all else.
LAMPS: Final = {"idle": "green", "ringing": "orange", "busy": "red", "on_hold": "red"}


def test_readme_links_to_it() -> None:
    """Where it says the template is, it is."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"ha-pbx/blob/main/(dashboards/[\w./]+)", readme)
    assert [(ROOT / link).is_file() for link in links] == [True]


@pytest.mark.usefixtures("coordinator")
async def test_every_card_is_built_in_and_about_something_there(
    hass: HomeAssistant,
) -> None:
    """Nothing to install, and nothing that is missing."""
    (view,) = dashboard(hass)["views"]
    cards = cards_of(view)
    assert {card["type"] for card in cards} == {"heading", "tile", "button"}
    entities = {found for found in mentioned(view) if not found.startswith("pbx.")}
    assert {found for found in entities if hass.states.get(found) is None} == set()
    ours = {state.entity_id for state in hass.states.async_all()}
    # All there is, but for what the status shows already, and what happens to calls.
    assert {found.rpartition("_")[2] for found in ours - entities} == {
        "call",
        "since",
    }


@pytest.mark.usefixtures("coordinator")
async def test_each_extension_has_its_place(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """What belongs to an extension stands together, in the order of the numbers."""
    (view,) = dashboard(hass)["views"]
    supervisor = entity(hass, sim, "sensor", f"{SUPERVISOR}_status")
    sections = view["sections"][-len(OFFICE) :]
    for extension, section in zip(OFFICE, sections, strict=True):
        found = {one for one in mentioned(section) if not one.startswith("pbx.")}
        own = {
            entity(hass, sim, platform, f"{extension.number}_{key}")
            for platform, key in (
                ("sensor", "status"),
                ("sensor", "other_party"),
                ("sensor", "last_call"),
                ("switch", "do_not_disturb"),
            )
        }
        assert found == own | {supervisor}


@pytest.mark.usefixtures("coordinator")
async def test_buttons_let_the_supervisor_join_all_but_themselves(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """Each action with the fields it takes."""
    (view,) = dashboard(hass)["views"]
    supervisor = entity(hass, sim, "sensor", f"{SUPERVISOR}_status")
    wanted: list[tuple[str, dict[str, str]]] = [
        ("pbx.stop_monitoring", {"supervisor": supervisor})
    ]
    for extension in OFFICE:
        status = entity(hass, sim, "sensor", f"{extension.number}_status")
        wanted.append(("pbx.hang_up", {"extension": status}))
        if extension.number != SUPERVISOR:
            fields = {"supervisor": supervisor, "extension": status}
            wanted += [
                ("pbx.whisper", {"whisperer": supervisor, "whispered": status}),
                ("pbx.listen", fields),
                ("pbx.barge_in", fields),
            ]
    assert actions(cards_of(view)) == wanted


@pytest.mark.usefixtures("coordinator")
async def test_only_whisper_and_stop_need_no_confirmation(
    hass: HomeAssistant,
) -> None:
    """A tap by mistake must not let anybody listen, join, or end a call."""
    (view,) = dashboard(hass)["views"]
    asked = {
        tap["perform_action"]: bool(tap.get("confirmation", {}).get("text"))
        for card in cards_of(view)
        if "perform_action" in (tap := card.get("tap_action", {}))
    }
    assert asked == {
        "pbx.stop_monitoring": False,
        "pbx.whisper": False,
        "pbx.listen": True,
        "pbx.barge_in": True,
        "pbx.hang_up": True,
    }


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize("state", [*ExtensionStatus, "unknown", "unavailable"])
async def test_one_lamp_and_what_fits_the_status_is_shown(
    hass: HomeAssistant, sim: Simulator, state: str
) -> None:
    """Whatever an extension does, one lamp tells, and only buttons that work are there."""
    (view,) = dashboard(hass)["views"]
    status = entity(hass, sim, "sensor", "1001_status")
    shown = visible(cards_of(view), status, state)
    lamps = [card["color"] for card in shown if card.get("entity") == status]
    assert lamps == [LAMPS.get(state, "disabled")]
    assert [name for name, _ in actions(shown)] == [
        *(["pbx.hang_up"] if state in ("ringing", "busy", "on_hold") else []),
        *(
            ["pbx.whisper", "pbx.listen", "pbx.barge_in"]
            if state in ("busy", "on_hold")
            else []
        ),
    ]
    beside = {card["entity"] for card in shown if "entity" in card} - {status}
    assert beside == {
        entity(hass, sim, platform, f"1001_{key}")
        for platform, key in (
            (("sensor", "other_party"),)
            if state in ("ringing", "busy", "on_hold")
            else (("sensor", "last_call"), ("switch", "do_not_disturb"))
        )
    }


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("state", "color"), [("on", "green"), ("off", "red"), ("unavailable", "red")]
)
async def test_a_trunk_shows_whether_calls_can_pass(
    hass: HomeAssistant, sim: Simulator, state: str, color: str
) -> None:
    """Its status is told in words, and in one of two colours."""
    cards = cards_of(dashboard(hass)["views"][0])
    for name in sim.trunks:
        usable = entity(hass, sim, "binary_sensor", f"trunk_{name}_usable")
        (shown,) = visible(cards, usable, state)
        assert shown["entity"] == entity(hass, sim, "sensor", f"trunk_{name}_status")
        assert shown["color"] == color
