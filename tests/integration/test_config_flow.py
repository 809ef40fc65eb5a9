"""Adding a PBX, signing in again, changing its address."""

from collections.abc import Generator
from hashlib import md5
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_IGNORE,
    SOURCE_USER,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.flows.address import split_address
from custom_components.pbx.hub.families import FAMILIES
from tests.simulator import Fault, Simulator

from .conftest import entry_for, small_office

MAC = "f4b549112233"


@pytest.fixture(autouse=True)
def setup_entry() -> Generator[AsyncMock]:
    """Keep to the flow: what comes after it has its own tests."""
    with patch("custom_components.pbx.async_setup_entry", return_value=True) as mock:
        yield mock


def form_for(simulator: Simulator, **changes: Any) -> dict[str, Any]:
    """Return what a user fills in."""
    return {
        "host": simulator.host,
        "port": simulator.port,
        "ssl": simulator.fingerprint is not None,
        "username": simulator.username,
        "password": simulator.password,
        **changes,
    }


def data_for(simulator: Simulator, **changes: Any) -> dict[str, Any]:
    """Return what an entry then holds."""
    return {**entry_for(simulator).data, **changes}


async def start(
    hass: HomeAssistant, source: str = SOURCE_USER, data: Any = None
) -> ConfigFlowResult:
    """Start a flow; a user chooses the family first."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": source}, data=data
    )
    if source != SOURCE_USER:
        return flow
    assert flow["step_id"] == "family"
    return await fill_in(hass, flow, {"family": "yeastar_s"})


async def fill_in(
    hass: HomeAssistant, flow: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Submit a form or choose from a menu."""
    return await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)


async def test_add_over_http(hass: HomeAssistant, sim: Simulator) -> None:
    """Host, credentials, done; the session is given back."""
    flow = await start(hass)
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "user"
    assert flow["errors"] == {}

    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Yeastar S100"
    assert result["data"] == data_for(sim)
    assert result["options"] == {"numbers_in_names": True}
    assert result["result"].unique_id == sim.serial
    assert [request.endpoint for request in sim.requests] == [
        "login",
        "deviceinfo/query",
        "logout",
    ]


async def test_two_of_one_model_differ_by_title(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """The second one has its address in its title, after which its device is named."""
    MockConfigEntry(domain=DOMAIN, title="Yeastar S100", unique_id="1").add_to_hass(
        hass
    )
    result = await fill_in(hass, await start(hass), form_for(sim))
    assert result["title"] == "Yeastar S100 (127.0.0.1)"


async def test_clear_password_is_not_stored(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """The MD5 sum is what the API wants, and all that is kept."""
    result = await fill_in(hass, await start(hass), form_for(sim))
    assert sim.password not in str(result["data"])
    assert result["data"]["password_md5"] == md5(sim.password.encode()).hexdigest()


async def test_pasted_url(hass: HomeAssistant, sim: Simulator) -> None:
    """The address of the web interface will do."""
    result = await fill_in(
        hass,
        await start(hass),
        form_for(sim, host=f" {sim.url}/index.html ", port=1, ssl=True),
    )
    assert result["data"] == data_for(sim)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pbx.local", ("pbx.local", 8088, True)),
        ("192.0.2.1:9000", ("192.0.2.1", 9000, True)),
        ("http://pbx.local", ("pbx.local", 80, False)),
        ("http://pbx.local:8088/login", ("pbx.local", 8088, False)),
        ("https://office.example.com", ("office.example.com", 443, True)),
        ("HTTPS://PBX.local:8088", ("pbx.local", 8088, True)),
        ("2001:db8::1", ("2001:db8::1", 8088, True)),
        ("[2001:db8::1]:9000", ("2001:db8::1", 9000, True)),
    ],
)
def test_address_forms(text: str, expected: tuple[str, int, bool]) -> None:
    """Whatever people paste becomes host, port and TLS."""
    assert (
        tuple(split_address({"host": text, "port": 8088, "ssl": True}).values())
        == expected
    )


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("http://pbx.local", 5038),
        ("https://pbx.local:8443/admin", 5038),
        ("pbx.local:5039", 5039),
    ],
)
def test_address_of_a_web_interface_elsewhere(text: str, port: int) -> None:
    """Test a family whose PBX is not at its web interface: a URL gives the host."""
    form = {"host": text, "port": 5038, "ssl": False}
    found = split_address(form, web=False)
    assert found == {"host": "pbx.local", "port": port, "ssl": False}


@pytest.mark.parametrize(
    "text", ["", "   ", "ftp://pbx.local", "http://", "pbx:port", "[::1", "a b"]
)
async def test_invalid_address_is_an_error_of_its_field(
    hass: HomeAssistant, sim: Simulator, text: str
) -> None:
    """Nothing is sent."""
    flow = await start(hass)
    result = await fill_in(hass, flow, form_for(sim, host=text))
    assert result["errors"] == {"host": "invalid_host"}

    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_self_signed_certificate_is_shown_and_pinned(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """Nothing is sent before the user trusts what he has seen."""
    result = await fill_in(hass, await start(hass), form_for(tls_sim))
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "certificate"
    assert result["menu_options"] == ["trust", "back"]
    shown = result["description_placeholders"]
    assert shown is not None
    assert shown["fingerprint"].replace(":", "").lower() == tls_sim.fingerprint
    assert "CN=" in shown["subject"]
    assert shown["subject"] == shown["issuer"]
    assert shown["valid_from"] < shown["valid_until"]
    assert len(tls_sim.requests) == 0

    result = await fill_in(hass, result, {"next_step_id": "trust"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == data_for(tls_sim)
    assert result["data"]["fingerprint"] == tls_sim.fingerprint


async def test_untrusted_certificate_leads_back_to_the_form(
    hass: HomeAssistant, tls_sim: Simulator, sim: Simulator
) -> None:
    """Who does not trust it can enter another address."""
    menu = await fill_in(hass, await start(hass), form_for(tls_sim))
    form = await fill_in(hass, menu, {"next_step_id": "back"})
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert len(tls_sim.requests) == 0

    result = await fill_in(hass, form, form_for(sim))
    assert result["data"] == data_for(sim)


async def test_trusted_certificate_is_not_asked_for_again(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """A wrong password after that is only a wrong password."""
    menu = await fill_in(hass, await start(hass), form_for(tls_sim, password="wrong"))
    form = await fill_in(hass, menu, {"next_step_id": "trust"})
    assert form["errors"] == {"base": "invalid_auth"}

    result = await fill_in(hass, form, form_for(tls_sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == data_for(tls_sim)


async def test_trust_ends_with_the_address(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """What was trusted at one address is shown again at another."""
    menu = await fill_in(hass, await start(hass), form_for(tls_sim, password="wrong"))
    form = await fill_in(hass, menu, {"next_step_id": "trust"})
    other = small_office(tls_sim.clock, serial="555555555555")
    async with other.running(tls=True):
        result = await fill_in(hass, form, form_for(other))
    assert result["step_id"] == "certificate"


async def test_certificate_exchanged_while_the_user_reads(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """Only what was shown is trusted."""
    menu = await fill_in(hass, await start(hass), form_for(tls_sim))
    first = tls_sim.fingerprint
    port = tls_sim.port
    await tls_sim.stop()
    tls_sim.new_certificate()
    await tls_sim.start(port=port, tls=True)

    result = await fill_in(hass, menu, {"next_step_id": "trust"})
    assert result["type"] is FlowResultType.MENU
    assert result["description_placeholders"] != menu["description_placeholders"]
    assert tls_sim.fingerprint != first
    result = await fill_in(hass, result, {"next_step_id": "trust"})
    assert result["data"]["fingerprint"] == tls_sim.fingerprint


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="html"), "not_the_api"),
        (Fault(kind="redirect"), "redirected"),
        (Fault(kind="errno", endpoint="login", errno=20010), "api_off"),
        (Fault(kind="errno", endpoint="login", errno=30003), "api_off"),
        (Fault(kind="errno", endpoint="login", errno=10003), "not_the_api"),
        (Fault(kind="errno", endpoint="login", errno=20002), "locked_out"),
        (Fault(kind="http_500"), "bad_answer"),
        (Fault(kind="empty", endpoint="deviceinfo/query"), "bad_answer"),
        (Fault(kind="reset"), "cannot_connect"),
        (Fault(kind="errno", endpoint="login", errno=31337), "refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
async def test_failures_are_told_apart_and_recovered_from(
    hass: HomeAssistant, sim: Simulator, fault: Fault, error: str
) -> None:
    """Each failure has its sentence, and the form goes on."""
    sim.faults.add(fault)
    flow = await start(hass)
    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}

    sim.faults.clear()
    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_wrong_port_says_what_answered(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """Whoever reads the name of another server knows which port it was."""
    sim.faults.add(Fault(kind="html"))
    result = await fill_in(hass, await start(hass), form_for(sim))
    assert result["errors"] == {"base": "not_the_api"}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["answer"].startswith("HTTP 200")


async def test_wrong_password(hass: HomeAssistant, sim: Simulator) -> None:
    """One attempt for each time the user submits, never one more."""
    flow = await start(hass)
    result = await fill_in(hass, flow, form_for(sim, password="wrong"))
    assert result["errors"] == {"base": "invalid_auth"}
    assert len(sim.requests_to("login")) == 1

    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_unreachable_address_is_an_error_of_the_form(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """For example a PBX that is switched off."""
    await sim.go_offline()
    flow = await start(hass)
    result = await fill_in(hass, flow, form_for(sim))
    assert result["errors"] == {"base": "cannot_connect"}

    await sim.come_back()
    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_name_that_does_not_exist(hass: HomeAssistant, sim: Simulator) -> None:
    """The error stands beside the host."""
    flow = await start(hass)
    with patch(
        "aiohttp.TCPConnector._resolve_host", side_effect=OSError("Name unknown")
    ):
        result = await fill_in(hass, flow, form_for(sim, host="pbx.invalid"))
    assert result["errors"] == {"host": "name_not_resolved"}

    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_no_answer_in_time(hass: HomeAssistant, sim: Simulator) -> None:
    """A PBX that hangs does not hang the flow."""
    sim.faults.add(Fault(kind="hang"))
    flow = await start(hass)
    with patch("custom_components.pbx.client.yeastar.s.transport.TOTAL_TIMEOUT", 0.2):
        result = await fill_in(hass, flow, form_for(sim))
    assert result["errors"] == {"base": "timed_out"}

    sim.faults.clear()
    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_unexpected_error_is_logged_not_raised(
    hass: HomeAssistant, sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug of ours is a sentence to the user and a trace in the log."""
    flow = await start(hass)
    with (
        patch(
            "custom_components.pbx.client.yeastar.s.YeastarS.connect",
            side_effect=KeyError("bug"),
        ),
    ):
        result = await fill_in(hass, flow, form_for(sim))
    assert result["errors"] == {"base": "unknown"}
    assert "Unexpected error while trying a PBX" in caplog.text
    caplog.clear()

    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_adding_the_same_pbx_again_updates_its_address(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """There is still one entry."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=sim.serial,
        data=data_for(sim, host="192.0.2.7"),
    )
    entry.add_to_hass(hass)
    result = await fill_in(hass, await start(hass), form_for(sim))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data == data_for(sim, fingerprint=None)


async def test_reauth(hass: HomeAssistant, sim: Simulator) -> None:
    """New credentials, same entry."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=sim.serial,
        data=data_for(sim, password_md5="0" * 32),
    )
    entry.add_to_hass(hass)
    flow = await entry.start_reauth_flow(hass)
    assert flow["step_id"] == "reauth_confirm"

    credentials = {"username": sim.username, "password": "wrong"}
    result = await fill_in(hass, flow, credentials)
    assert result["errors"] == {"base": "invalid_auth"}

    result = await fill_in(hass, flow, {**credentials, "password": sim.password})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert entry.data == data_for(sim)


async def test_reconfigure_to_https_and_a_new_address(
    hass: HomeAssistant, sim: Simulator, tls_sim: Simulator
) -> None:
    """Another address of the same PBX; the password stays when left empty."""
    entry = entry_for(sim)
    entry.add_to_hass(hass)
    flow = await entry.start_reconfigure_flow(hass)
    assert flow["step_id"] == "reconfigure"

    form = form_for(tls_sim)
    del form["password"]
    menu = await fill_in(hass, flow, form)
    assert menu["step_id"] == "certificate"
    back = await fill_in(hass, menu, {"next_step_id": "back"})
    assert back["step_id"] == "reconfigure"
    menu = await fill_in(hass, back, form)
    result = await fill_in(hass, menu, {"next_step_id": "trust"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == data_for(tls_sim)


async def test_reconfigure_to_http_forgets_the_pin(
    hass: HomeAssistant, sim: Simulator, tls_sim: Simulator
) -> None:
    """A pin without TLS would mean nothing."""
    entry = entry_for(tls_sim)
    entry.add_to_hass(hass)
    flow = await entry.start_reconfigure_flow(hass)
    await fill_in(hass, flow, form_for(sim))
    assert entry.data == data_for(sim)


@pytest.mark.parametrize("kind", ["reauth", "reconfigure"])
async def test_another_pbx_does_not_take_the_entry_over(
    hass: HomeAssistant, sim: Simulator, kind: str
) -> None:
    """The serial number decides, whatever the address says."""
    other = small_office(sim.clock, serial="555555555555")
    async with other.running():
        entry = MockConfigEntry(
            domain=DOMAIN, unique_id=sim.serial, data=data_for(other)
        )
        entry.add_to_hass(hass)
        before = dict(entry.data)
        if kind == "reauth":
            flow = await entry.start_reauth_flow(hass)
            form = {"username": other.username, "password": other.password}
        else:
            flow = await entry.start_reconfigure_flow(hass)
            form = form_for(other)
        result = await fill_in(hass, flow, form)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_pbx"
    assert entry.data == before


def found_at(ip: str) -> DhcpServiceInfo:
    """Return what DHCP discovery tells."""
    return DhcpServiceInfo(ip=ip, hostname="s100", macaddress=MAC)


async def test_discovery(hass: HomeAssistant, sim: Simulator) -> None:
    """A discovered PBX needs its credentials, and is known by its serial number."""
    flow = await start(hass, SOURCE_DHCP, found_at(sim.host))
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "user"
    schema = flow["data_schema"]
    assert schema is not None
    suggested = {
        str(key): key.description["suggested_value"]
        for key in schema.schema
        if key.description
    }
    assert suggested == {"host": sim.host}

    result = await fill_in(hass, flow, form_for(sim))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == data_for(sim, mac="f4:b5:49:11:22:33")
    assert result["result"].unique_id == sim.serial


@pytest.fixture
def no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a discovered device not answer when it is asked for its family."""
    known = AsyncMock(return_value=FAMILIES["yeastar_s"])
    monkeypatch.setattr(
        "custom_components.pbx.config_flow.async_discovered_family", known
    )


@pytest.mark.usefixtures("no_answer")
async def test_discovery_beside_another_pbx(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """A second PBX is offered although there is a first."""
    entry_for(sim).add_to_hass(hass)
    result = await start(hass, SOURCE_DHCP, found_at("192.0.2.1"))
    assert result["type"] is FlowResultType.FORM


@pytest.mark.usefixtures("no_answer")
async def test_discovery_is_offered_once(hass: HomeAssistant) -> None:
    """Every lease does not make a new card."""
    await start(hass, SOURCE_DHCP, found_at("192.0.2.1"))
    result = await start(hass, SOURCE_DHCP, found_at("192.0.2.1"))
    assert result["reason"] == "already_in_progress"


async def test_ignored_discovery_stays_ignored(hass: HomeAssistant) -> None:
    """The user's no is kept."""
    MockConfigEntry(
        domain=DOMAIN, unique_id="f4:b5:49:11:22:33", source=SOURCE_IGNORE
    ).add_to_hass(hass)
    result = await start(hass, SOURCE_DHCP, found_at("192.0.2.1"))
    assert result["reason"] == "already_configured"


async def test_discovery_leaves_a_name_alone(hass: HomeAssistant) -> None:
    """A host given by name is kept by whoever runs the name."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="369362089179",
        data={
            "host": "pbx.example.com",
            "port": 8088,
            "ssl": False,
            "mac": "f4:b5:49:11:22:33",
        },
    )
    entry.add_to_hass(hass)
    result = await start(hass, SOURCE_DHCP, found_at("192.0.2.9"))
    assert result["reason"] == "already_configured"
    assert entry.data["host"] == "pbx.example.com"
