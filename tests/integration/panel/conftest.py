"""An office with a panel."""

from collections.abc import Generator
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.pbx.hub.families import FAMILIES

from .panels import Office, SetUp, set_up_office


@pytest.fixture
def families() -> Generator[None]:
    """Forget the families of a test."""
    with patch.dict(FAMILIES):
        yield


@pytest.fixture
def set_up(
    hass: HomeAssistant, families: None, hass_ws_client: WebSocketGenerator
) -> SetUp:
    """Return what sets up a PBX, with a serial number and options."""

    async def office(serial: str = "office-1", **options: object) -> Office:
        return await set_up_office(hass, hass_ws_client, serial, **options)

    return office


@pytest.fixture
async def office(set_up: SetUp) -> Office:
    """Return a PBX that is set up."""
    return await set_up()
