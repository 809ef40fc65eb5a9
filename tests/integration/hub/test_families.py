"""The family of a device that is discovered on the network."""

from homeassistant.core import HomeAssistant

from custom_components.pbx.hub.families import FAMILIES, async_discovered_family
from tests.simulator import Simulator
from tests.simulator.yeastar_p import PSimulator

YEASTAR = "f4:b5:49:11:22:33"


async def test_api_that_answers_tells_two_families_of_a_vendor(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    """Both have the same MAC prefix; nothing is sent that needs a login."""
    p_series, s_series = FAMILIES["yeastar_p"], FAMILIES["yeastar_s"]
    assert p_series.mac_prefix == s_series.mac_prefix == "f4:b5:49"
    port = p_series.default_port
    async with PSimulator().running(port=port, tls=True) as sim:
        found = await async_discovered_family(hass, YEASTAR, sim.host)
        assert found is p_series
        assert not sim.tokens.issued
    async with Simulator().running(port=port, tls=True) as other:
        assert await async_discovered_family(hass, YEASTAR, other.host) is s_series
    assert await async_discovered_family(hass, YEASTAR, "127.0.0.1") is s_series


async def test_other_hardware_addresses_are_of_no_family(hass: HomeAssistant) -> None:
    """The user is asked."""
    assert await async_discovered_family(hass, "00:11:22:33:44:55", "192.0.2.1") is None
