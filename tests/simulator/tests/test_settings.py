"""extension/update and apply: reference 3.6 and 3.12."""

import pytest

from tests.simulator import ManualClock

from .wire import Receiver, Wire


async def test_update_sample(wire: Wire) -> None:
    """Only the field sent is changed."""
    before = (await wire.post("extension/query", {"extid": "1002"}))["extinfos"][0]
    body = '{"extid":"1002","username":"Amy"}'
    assert await wire.text("extension/update", body) == '{"status":"Success"}'
    after = (await wire.post("extension/query", {"extid": "1002"}))["extinfos"][0]
    assert after == {**before, "username": "Amy"}


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("callerid", "2002", {"callerid": "2002"}),
        ("registername", "amy2", {"registername": "amy2"}),
        ("registerpassword", "N3w-Secret", {"registerpassword": "N3w-Secret"}),
        ("maxregistrations", 5, {"maxregistrations": "5"}),
        (
            "loginpassword",
            "secret6",
            {"loginpassword": "be66cd9cf72e8d4d0f16ceee0d332a3e"},
        ),
        ("email", "amy@example.com", {"email": "amy@example.com"}),
        ("mobile", "0123", {"moblie": "0123"}),
        ("moblie", "0124", {"moblie": "0124"}),
        ("language", "English", {"language": "English"}),
        ("hasvoicemail", "off", {"hasvoicemail": "off"}),
        ("enablevmtoemail", "on", {"enablevmtoemail": "on"}),
        ("vmsecret", "998877", {"vmsecret": "998877"}),
        ("alwaysforward", "on", {"alwaysforward": "on", "atransferto": "Voicemail"}),
        ("enablemobile", "on", {"enablemobile": "on"}),
        ("ringsimultaneous", "on", {"ringsimultaneous": "on"}),
        ("mobileprefix", "9", {"mobileprefix": "9"}),
        ("allowbeingmonitored", "off", {"allowbeingmonitored": "off"}),
        ("monitormode", "Barge-in", {"monitormode": "Barge-in"}),
        ("monitormode", "Disable", {"monitormode": "Disabled"}),
        ("ringtimeout", "12", {"ringtimeout": "12"}),
        ("maxduration", "Unlimited", {"maxduration": "Unlimited"}),
        ("dnd", "on", {"dnd": "on"}),
        ("callrestriction", "on", {"callrestriction": "on"}),
        ("agentid", "17", {"agentid": "17"}),
    ],
)
async def test_each_field(
    wire: Wire, field: str, value: str | int, shown: dict[str, str]
) -> None:
    """What is written is read again."""
    assert (
        await wire.errno("extension/update", {"extid": "1002", field: value})
        == "Success"
    )
    info = (await wire.post("extension/query", {"extid": "1002"}))["extinfos"][0]
    assert shown.items() <= info.items()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "x" * 32),
        ("username", "Amy;"),
        ("registername", ""),
        ("registerpassword", "with space"),
        ("registerpassword", ""),
        ("maxregistrations", "6"),
        ("loginpassword", "short"),
        ("email", "amy"),
        ("mobile", "+1"),
        ("hasvoicemail", "yes"),
        ("vmsecret", "12ab"),
        ("atransferto", "Moon"),
        ("atransferprefix", "12345678"),
        ("monitormode", "Everything"),
        ("ringtimeout", "0"),
        ("maxduration", "long"),
        ("dnd", "1"),
        ("extnumber", "1001"),
        ("extnumber", "12345678"),
        ("extnumber", "abc"),
    ],
)
async def test_bad_values(wire: Wire, field: str, value: str) -> None:
    """10017, and nothing is changed."""
    before = await wire.post("extension/query", {"extid": "1002"})
    body = {"extid": "1002", "agentid": "99", field: value}
    assert await wire.errno("extension/update", body) == "10017"
    assert await wire.post("extension/query", {"extid": "1002"}) == before


async def test_refusals(wire: Wire) -> None:
    """Who is meant must be said and exist; unknown fields are ignored."""
    assert await wire.errno("extension/update", {"username": "Amy"}) == "10004"
    assert (
        await wire.errno("extension/update", {"extid": "4711", "username": "Amy"})
        == "10006"
    )
    assert (
        await wire.errno("extension/update", {"extid": "1002", "colour": "red"})
        == "Success"
    )


async def test_update_is_reported(wire: Wire, reported: Receiver) -> None:
    """Also to the session that made it."""
    await wire.post("extension/update", {"extid": "1001", "username": "Erwin"})
    await wire.sim.reports_sent()
    assert reported.take() == [
        '{"action":"ConfigChange","type":"extension","extid":"1001","operation":"update",'
        '"sn":"369362089179"}'
    ]


async def test_renumber(wire: Wire) -> None:
    """The extension is found under its new number, its calls are gone."""
    call = wire.sim.call("1001", "1002", answer=True)
    body = {"extid": "1002", "extnumber": "2002"}
    assert await wire.errno("extension/update", body) == "Success"
    assert (call.state, wire.sim.status_of("2002")) == ("ended", "Registered")
    assert "1002" not in wire.sim.extensions


async def test_forwarding_takes_effect(wire: Wire) -> None:
    """A written forward is followed."""
    body = {
        "extid": "1002",
        "alwaysforward": "on",
        "atransferto": "Extension",
        "atransferext": "1007",
    }
    assert await wire.errno("extension/update", body) == "Success"
    assert wire.sim.call("1001", "1002").numbers == ("1001", "1007")


async def test_apply_too_often(wire: Wire, clock: ManualClock) -> None:
    """10025 until the window has passed."""
    for _ in range(3):
        assert await wire.text("apply") == '{"status":"Success"}'
    assert await wire.errno("apply") == "10025"
    await clock.advance(10)
    assert await wire.errno("apply") == "Success"


async def test_burst_of_updates_waits_for_apply(wire: Wire) -> None:
    """Refused with 10025 but written: `apply` makes it effective."""
    wire.sim.switches.update_limit = 2
    for name in ("A", "B"):
        assert await wire.errno(
            "extension/update", {"extid": "1002", "username": name}
        ) == ("Success")
    assert (
        await wire.errno("extension/update", {"extid": "1002", "username": "C"})
        == "10025"
    )
    assert (
        await wire.errno("extension/update", {"extid": "1001", "username": "D"})
        == "10025"
    )
    wire.sim.remove_extension("1001")
    assert wire.sim.extensions["1002"].name == "B"
    assert await wire.errno("apply") == "Success"
    assert wire.sim.extensions["1002"].name == "C"
