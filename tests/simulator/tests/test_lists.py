"""Device, extensions, trunks, live calls against the samples: reference 3.2 to 3.8."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from tests.simulator import Forward, ManualClock, SimExtension, Simulator

from .wire import Wire

DEVICE = (
    '{"status":"Success","deviceinfo":{"devicename":"Yeastar S100","sn":"369364835218",'
    '"hardwarever":"V1.30 0000-0000","firmwarever":"30.5.0.19",'
    '"systemtime":"2017-05-24 23:25:20 UTC-8","uptime":"03:25:04","extensionstatus":"3/4"}}'
)
EXTENSIONS = (
    '{"status":"Success","extlist":['
    '{"extnumber":"1000","status":"Registered","type":"SIP","username":"Jayson","agentid":""},'
    '{"extnumber":"1001","status":"Unavailable","type":"SIP","username":"Erwin Co","agentid":""},'
    '{"extnumber":"1005","status":"Idle","type":"FXS","port":"Span2-Port1","username":"1005"},'
    '{"extnumber":"3002","status":"unavailable","type":"SIP","username":"3002","agentid":""}]}'
)
SETTINGS = (
    '{"status":"Success","extinfos":[{"extnumber":"1000","username":"Jayson",'
    '"status":"Registered","type":"SIP","callerid":"1000","registername":"1000",'
    '"registerpassword":"xMn5W4Gs","maxregistrations":"1",'
    '"loginpassword":"5e12ba8dd1083a7f946e457cf3c18779","email":"","moblie":"",'
    '"language":"System Default","hasvoicemail":"on","enablevmtoemail":"off","vmsecret":"1000",'
    '"alwaysforward":"off","noanswerforward":"on","ntransferto":"Voicemail","ntransferprefix":"",'
    '"busyforward":"on","btransferto":"Voicemail","btransferprefix":"","ringsimultaneous":"off",'
    '"mobileprefix":"","enablemobile":"off","allowbeingmonitored":"off",'
    '"monitormode":"Disabled","ringtimeout":"30","maxduration":"Follow System","dnd":"off",'
    '"callrestriction":"off","agentid":""}]}'
)
TRUNKS = (
    '{"status":"Success","trunklist":['
    '{"trunkname":"DIGIT1","status":"Down","type":"E1","port":"Span1-Port1"},'
    '{"trunkname":"FXO2-4","status":"Fault","type":"FXO","port":"Span2-Port4"},'
    '{"trunkname":"GSM2-7","status":"No SIM","type":"GSM","port":"Span2-Port7"},'
    '{"trunkname":"SIP-142","status":"Registered","type":"SIP"}]}'
)
# 2017-05-25 07:25:20 UTC, the moment of the device sample in its own zone.
SAMPLE_MOMENT = 1_495_697_120.0


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that is at the sample's moment once the PBX has run for its uptime."""
    return ManualClock(SAMPLE_MOMENT - (3 * 3600 + 25 * 60 + 4))


@pytest.fixture
async def sim(clock: ManualClock) -> AsyncGenerator[Simulator]:
    """Run the PBX of the samples."""
    simulator = Simulator(
        clock,
        serial="369364835218",
        extensions=[
            SimExtension(
                "1000",
                "Jayson",
                login_password_hash="5e12ba8dd1083a7f946e457cf3c18779",
                no_answer_forward=Forward(on=True),
                busy_forward=Forward(on=True),
            ),
            SimExtension("1001", "Erwin Co", registered=False),
            SimExtension("1005", type="FXS", port="Span2-Port1"),
            SimExtension("3002"),
        ],
    )
    simulator.identity.utc_offset = -8
    simulator.firmware = "30.5.0.19"
    async with simulator.running():
        yield simulator


async def test_device_info_sample(wire: Wire, clock: ManualClock) -> None:
    """The sample, to the byte; only the count of extensions is ours."""
    await clock.advance(3600)
    await wire.text("deviceinfo/query")
    await clock.advance(SAMPLE_MOMENT - clock.now())
    await wire.login()
    assert await wire.text("deviceinfo/query") == DEVICE


async def test_extension_list_sample(wire: Wire) -> None:
    """The sample, to the byte, with its one lower-case word."""
    wire.sim.set_registered("3002", False)
    wire.sim.switches.lowercase_unavailable = True
    assert await wire.text("extensionlist/query") == EXTENSIONS


async def test_list_of_older_firmware(wire: Wire) -> None:
    """Agent ids are absent, and free SIP phones may be idle."""
    wire.sim.switches.agent_id_in_list = False
    wire.sim.switches.sip_free_word = "Idle"
    first = (await wire.post("extensionlist/query"))["extlist"][0]
    assert first == {
        "extnumber": "1000",
        "status": "Idle",
        "type": "SIP",
        "username": "Jayson",
    }


async def test_empty_pbx(wire: Wire) -> None:
    """Nobody is an empty array."""
    for number in list(wire.sim.extensions):
        wire.sim.remove_extension(number)
    assert await wire.text("extensionlist/query") == '{"status":"Success","extlist":[]}'


async def test_list_is_sorted_by_number(wire: Wire) -> None:
    """A number added later stands where it belongs; leading zeros are kept."""
    wire.sim.add_extension(SimExtension("0200", "Reception"))
    rows = (await wire.post("extensionlist/query"))["extlist"]
    assert [row["extnumber"] for row in rows] == [
        "0200",
        "1000",
        "1001",
        "1005",
        "3002",
    ]


async def test_extension_query_sample(wire: Wire) -> None:
    """The sample, to the byte, secrets and `moblie` included."""
    assert await wire.text("extension/query", '{"extid":"1000"}') == SETTINGS


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        (None, ["1000", "1001", "1005", "3002"]),
        ({}, ["1000", "1001", "1005", "3002"]),
        ({"extid": "1005,1000,"}, ["1005", "1000"]),
    ],
)
async def test_extension_query_of_several(
    wire: Wire, body: dict[str, str] | None, numbers: list[str]
) -> None:
    """One, some, all."""
    infos = (await wire.post("extension/query", body))["extinfos"]
    assert [info["extnumber"] for info in infos] == numbers


async def test_unknown_extension_in_query(wire: Wire) -> None:
    """Refused, or left out."""
    assert await wire.errno("extension/query", {"extid": "1000,4711"}) == "10006"
    wire.sim.switches.unknown_in_query = "omit"
    infos = (await wire.post("extension/query", {"extid": "1000,4711"}))["extinfos"]
    assert [info["extnumber"] for info in infos] == ["1000"]


async def test_analogue_settings_have_the_port(wire: Wire) -> None:
    """An FXS extension has a port and no register name."""
    info = (await wire.post("extension/query", {"extid": "1005"}))["extinfos"][0]
    assert (info["port"], info["registername"], info["status"]) == (
        "Span2-Port1",
        "",
        "Idle",
    )


async def test_forwarding_members_appear_when_relevant(wire: Wire) -> None:
    """Each destination has its own members."""
    extension = wire.sim.extensions["1000"]
    extension.always_forward = Forward(True, "Extension", extension="1001")
    extension.no_answer_forward = Forward(True, "Mobile Number", prefix="9")
    extension.busy_forward = Forward(True, "Custom Number", prefix="9", number="0123")
    info = (await wire.post("extension/query", {"extid": "1000"}))["extinfos"][0]
    members = {
        key: value for key, value in info.items() if key[1:].startswith("transfer")
    }
    assert members == {
        "atransferto": "Extension",
        "atransferext": "1001",
        "ntransferto": "Mobile Number",
        "ntransferprefix": "9",
        "btransferto": "Custom Number",
        "btransferprefix": "9",
        "btransfernum": "0123",
    }


async def test_call_objects_in_extension_query(wire: Wire) -> None:
    """`ext`, `inbound`, `outbound` are there during a call, in either shape."""
    sim = wire.sim
    sim.exchange.next_sequence = 203
    inside = sim.call("1000", "3002", answer=True)
    info = (await wire.post("extension/query", {"extid": "1000"}))["extinfos"][0]
    assert (info["status"], info["ext"]) == ("Busy", {"extid": "3002"})
    assert "inbound" not in info
    inside.hang_up()

    inbound = sim.inbound("0123", "1000", answer=True)
    outbound = sim.outbound("1000", "41000", answer=True)
    info = (await wire.post("extension/query", {"extid": "1000"}))["extinfos"][0]
    assert info["inbound"] == {
        "inboundid": inbound.call_id,
        "from": "0123",
        "to": "1000",
        "trunk": "SIP-142",
    }
    assert info["outbound"] == {
        "outboundid": outbound.parties[1].leg_id,
        "from": "1000",
        "to": "41000",
        "trunk": "SIP-142",
    }
    sim.switches.call_objects = "array"
    info = (await wire.post("extension/query", {"extid": "1000"}))["extinfos"][0]
    assert [item["inboundid"] for item in info["inbound"]] == [inbound.call_id]


async def test_trunk_list_sample(wire: Wire) -> None:
    """The sample, to the byte."""
    assert await wire.text("trunklist/query") == TRUNKS


async def test_trunk_in_use_is_busy(wire: Wire) -> None:
    """Analogue lines say so, SIP trunks do not."""
    wire.sim.set_trunk_status("FXO2-4", "Idle")
    wire.sim.inbound("0123", "1000", trunk="FXO2-4")
    wire.sim.inbound("0123", "3002", trunk="SIP-142")
    rows = (await wire.post("trunklist/query"))["trunklist"]
    assert [row["status"] for row in rows] == ["Down", "Busy", "No SIM", "Registered"]


async def test_ten_thousand_extensions_in_one_answer(clock: ManualClock) -> None:
    """There is no paging."""
    extensions = [SimExtension(str(number)) for number in range(10_000, 20_000)]
    sim = Simulator(clock, extensions=extensions)
    async with sim.running(), aiohttp.ClientSession() as http:
        wire = Wire(sim, http)
        await wire.login()
        assert len((await wire.post("extensionlist/query"))["extlist"]) == 10_000


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, "Registered"),
        ({"registered": False}, "Unavailable"),
        ({"malfunction": True}, "Malfunction"),
        ({"type": "FXS", "port": "Span2-Port1"}, "Idle"),
        ({"type": "FXS", "port": ""}, "Fxsnoport"),
    ],
)
async def test_words_without_a_call(
    wire: Wire, change: dict[str, str | bool], word: str
) -> None:
    """The list's vocabulary for phones that do nothing."""
    for key, value in change.items():
        setattr(wire.sim.extensions["3002"], key, value)
    rows = {
        row["extnumber"]: row
        for row in (await wire.post("extensionlist/query"))["extlist"]
    }
    assert rows["3002"]["status"] == wire.sim.status_of("3002") == word
