"""The records of calls as a file: reference 3.11."""

import csv
import json

import pytest

from tests.simulator import ManualClock

from .wire import Json, Wire

# The clock of these tests starts at 2017-09-14 01:27:25.
SPAN = {
    "extid": "all",
    "starttime": "2017-09-14 00:00:00",
    "endtime": "2017-09-14 23:59:59",
}


async def have_calls(wire: Wire, clock: ManualClock) -> None:
    """Have an internal call that is answered, and an inbound one that is not."""
    call = wire.sim.call("1000", "1002", answer=True)
    await clock.run_for(7)
    call.hang_up()
    await clock.run_for(60)
    wire.sim.inbound("0612345678", "1003").hang_up()


async def download(
    wire: Wire, answer: Json, method: str = "GET", **more: str
) -> tuple[str, str]:
    """Return type and text of the file that an answer promises."""
    fields = {key: answer[key] for key in ("extid", "starttime", "endtime", "random")}
    query = "&".join(
        f"{key}={value.replace(' ', '%20')}"
        for key, value in {**fields, **more, "token": wire.token}.items()
    )
    path = f"/api/{wire.version}/cdr/download?{query}"
    response, text = await wire.raw(path, method=method)
    return response.content_type, text


async def test_records_as_csv(wire: Wire, clock: ManualClock) -> None:
    """The first line names the columns; the oldest call comes first."""
    await have_calls(wire, clock)
    answer = await wire.post("cdr/get_random", SPAN)
    assert answer == {"status": "Success", **SPAN, "random": answer["random"]}
    assert len(answer["random"]) == 32
    content_type, text = await download(wire, answer)
    assert content_type == "text/csv"
    first, second = csv.DictReader(text.splitlines())
    assert {**first, "callid": "", "recording": ""} == {
        "callid": "",
        "timestart": "2017-09-14 01:27:25",
        "callfrom": "1000",
        "callto": "1002",
        "callduraction": "7",
        "talkduraction": "7",
        "srctrunkname": "",
        "dsttrunkname": "",
        "status": "ANSWERED",
        "type": "Internal",
        "pincode": "",
        "recording": "",
        "didnumber": "",
        "sn": wire.sim.serial,
    }
    assert first["recording"].endswith("-1000-1002-Internal.wav")
    assert (second["callfrom"], second["srctrunkname"]) == ("0612345678", "SIP-142")


async def test_records_of_some_extensions(wire: Wire, clock: ManualClock) -> None:
    """Of one, or of several; newest first where firmware does so."""
    await have_calls(wire, clock)
    wire.sim.switches.history_order = "newest"
    for extid, callees in (("1002", ["1002"]), ("1000,1003", ["1003", "1002"])):
        answer = await wire.post("cdr/get_random", {**SPAN, "extid": extid})
        _, text = await download(wire, answer)
        rows = csv.DictReader(text.splitlines())
        assert [row["callto"] for row in rows] == callees


async def test_random_works_once_and_soon(wire: Wire, clock: ManualClock) -> None:
    """And for what it was given for; GET also where it does not work elsewhere."""
    await have_calls(wire, clock)
    wire.sim.switches.get_allowed = False
    refused = {"status": "Failed", "errno": "20020"}
    answer = await wire.post("cdr/get_random", SPAN)
    assert (await download(wire, answer, "POST"))[0] == "text/csv"
    assert json.loads((await download(wire, answer))[1]) == refused
    answer = await wire.post("cdr/get_random", SPAN)
    assert json.loads((await download(wire, answer, extid="1000"))[1]) == refused
    answer = await wire.post("cdr/get_random", SPAN)
    await clock.run_for(31)
    assert json.loads((await download(wire, answer))[1]) == refused


@pytest.mark.parametrize(
    ("change", "errno"),
    [
        ({"extid": ""}, "10004"),
        ({"starttime": "yesterday"}, "20019"),
        ({"endtime": "2017-09-13 23:59:59"}, "20019"),
        ({"allowedip": "the other one"}, "20015"),
        ({"allowedip": "192.168.5.150"}, "Success"),
        ({"extid": "1004"}, "20021"),
        ({"endtime": "2017-09-14 00:00:01"}, "20021"),
    ],
)
async def test_random_refused(
    wire: Wire, clock: ManualClock, change: Json, errno: str
) -> None:
    """Each reason has a code of its own."""
    await have_calls(wire, clock)
    assert await wire.errno("cdr/get_random", {**SPAN, **change}) == errno


async def test_nothing_recorded(wire: Wire) -> None:
    """Some firmware may give a file with nothing but its first line."""
    wire.sim.switches.empty_history = "header"
    _, text = await download(wire, await wire.post("cdr/get_random", SPAN))
    assert text.count("\n") == 1


async def test_older_versions_have_no_records(wire: Wire) -> None:
    """Reference 1.5."""
    wire.version = "v1.0.6"
    assert await wire.errno("cdr/get_random", SPAN) == "10003"
