"""Feature codes: by them a phone joins calls, so not every user and automation dials them."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from tests.integration.act import act, acted
from tests.simulator import Simulator

CODE = "*901002"
ACTIONS: dict[str, dict[str, Any]] = {
    "dial": {"extension": "1005", "to": CODE},
    "set_forwarding": {"extension": "1005", "to": "number", "number": CODE},
    "play_prompt": {"to": CODE, "prompts": ["bell"], "permission_of": "1005"},
}
PREFIX = {"extension": "1005", "to": "mobile", "prefix": "#1"}


def user(hass: HomeAssistant, *, admin: bool) -> str:
    """Return the id of a user who may control everything."""
    made = MockUser(is_owner=admin)
    made.add_to_hass(hass)
    made.mock_policy({"entities": True})
    return str(made.id)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.usefixtures("coordinator")
async def test_automation_dials_no_codes(
    hass: HomeAssistant, sim: Simulator, action: str
) -> None:
    """It would supervise under any policy; the sentence says what to do."""
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, action, **ACTIONS[action])
    assert CODE in str(err.value)
    assert "options" in str(err.value)
    assert acted(sim) == []


@pytest.mark.usefixtures("coordinator")
async def test_prefix_is_no_way_around(hass: HomeAssistant, sim: Simulator) -> None:
    """What is dialled first counts too."""
    with pytest.raises(ServiceValidationError):
        await act(hass, "set_forwarding", **PREFIX)
    assert acted(sim) == []


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.usefixtures("coordinator")
async def test_user_who_may_not_supervise(
    hass: HomeAssistant, sim: Simulator, action: str
) -> None:
    """Control of the phone is not enough where only administrators supervise."""
    with pytest.raises(ServiceValidationError):
        await act(hass, action, user=user(hass, admin=False), **ACTIONS[action])
    assert acted(sim) == []


@pytest.mark.usefixtures("coordinator")
async def test_administrator_may(hass: HomeAssistant, sim: Simulator) -> None:
    """Whoever may supervise may do it by code as well."""
    await act(hass, "dial", user=user(hass, admin=True), **ACTIONS["dial"])
    assert acted(sim) == ["extension/dial_outbound"]


@pytest.mark.parametrize(
    "options", [{"supervision": "off"}, {"supervisors": ["1006"]}], ids=str
)
@pytest.mark.usefixtures("coordinator")
async def test_administrator_where_this_phone_may_not(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    options: dict[str, Any],
) -> None:
    """Supervision that is off, or for other phones, is off by code too."""
    hass.config_entries.async_update_entry(entry, options=options)
    with pytest.raises(ServiceValidationError):
        await act(hass, "dial", user=user(hass, admin=True), **ACTIONS["dial"])
    assert acted(sim) == []


@pytest.mark.usefixtures("coordinator")
async def test_option_allows_codes(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """For all users and automations: a door opens with one, for example."""
    hass.config_entries.async_update_entry(entry, options={"allow_codes": True})
    await act(hass, "dial", extension="1005", to="*97#")
    assert acted(sim) == ["extension/dial_outbound"]
