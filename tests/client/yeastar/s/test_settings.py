"""Settings of extensions that are read: what of them is kept, and what never."""

from dataclasses import fields
import gc
from typing import Any

import pytest

from custom_components.pbx.client import (
    ExtensionSettings,
    Forwarding,
    ForwardTo,
    MonitorPermission,
    PbxRefused,
    PbxUnreachable,
    Refusal,
    Unreachable,
)
from custom_components.pbx.client.yeastar.s import YeastarS, settings
from tests.client.conftest import VERSIONS
from tests.simulator import Fault, Forward, Simulator

from .acting import speak

OFF = Forwarding(on=False)


def _rewrite(**members: Any) -> Fault:
    """Return a fault that makes 1001 the only one, with these settings and no others."""
    info = {"extnumber": "1001", **members}
    return Fault(
        kind="rewrite",
        endpoint="extension/query",
        rewrite=lambda _: {"status": "Success", "extinfos": [info]},
    )


async def _read(pbx: YeastarS, number: str = "1001") -> ExtensionSettings:
    (found,) = await pbx.settings([number])
    return found


@pytest.mark.parametrize("version", VERSIONS)
async def test_settings_are_read(pbx: YeastarS, sim: Simulator, version: str) -> None:
    """In one request, in all versions."""
    speak(sim, version)
    sim.extensions["1002"].dnd = True
    found = await pbx.settings(list(sim.extensions))
    assert [one.number for one in found] == ["1001", "1002", "1005", "1006"]
    assert found[0] == ExtensionSettings(
        "1001",
        do_not_disturb=False,
        may_be_monitored=True,
        monitor_mode=MonitorPermission.DISABLED,
        forward_always=OFF,
        forward_busy=OFF,
        forward_no_answer=OFF,
    )
    assert found[1].do_not_disturb
    assert found[2].monitor_mode is MonitorPermission.EXTENSIVE
    assert sim.requests[-1].path == f"/api/{version}/extension/query"
    assert sim.requests[-1].body == {"extid": "1001,1002,1005,1006"}


async def test_some_settings_are_read(connected: YeastarS, sim: Simulator) -> None:
    """Each once, and nothing is asked for nobody, or for what is no number."""
    found = await connected.settings(["1005", "1001", "1005", "10\n01"])
    assert [one.number for one in found] == ["1005", "1001"]
    assert [request.body for request in sim.requests] == [{"extid": "1005,1001"}]
    assert await connected.settings([]) == ()
    assert len(sim.requests) == 1


async def test_many_settings_are_read_in_batches(
    connected: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer stays small."""
    monkeypatch.setattr(settings, "BATCH", 2)
    found = await connected.settings(["1001", "1002", "1005"])
    assert [one.number for one in found] == ["1001", "1002", "1005"]
    assert [request.body for request in sim.requests] == [
        {"extid": "1001,1002"},
        {"extid": "1005"},
    ]


async def test_extension_that_does_not_exist(
    connected: YeastarS, sim: Simulator
) -> None:
    """Is missing, whatever the PBX says to a list with it (9.10)."""
    found = await connected.settings(["1001", "9999", "1002"])
    assert [one.number for one in found] == ["1001", "1002"]
    assert [request.body for request in sim.requests] == [
        {"extid": "1001,9999,1002"},
        {},
    ]
    with pytest.raises(PbxRefused) as err:
        await connected.settings(["9999"])
    assert err.value.refusal is Refusal.NO_SUCH_EXTENSION

    sim.switches.unknown_in_query = "omit"
    assert len(await connected.settings(["1001", "9999"])) == 1
    assert await connected.settings(["9999"]) == ()


async def test_other_refusal_is_raised(connected: YeastarS, sim: Simulator) -> None:
    """Asking for everybody would not help."""
    sim.faults.add(Fault(kind="errno", errno=30001))
    with pytest.raises(PbxRefused) as err:
        await connected.settings(["1001", "1002"])
    assert err.value.refusal is Refusal.INTERNAL_ERROR
    assert len(sim.requests) == 1


def texts_kept_by(pbx: YeastarS) -> str:
    """Return all texts in the client, its own objects and their containers."""
    texts: list[str] = []
    seen: dict[int, object] = {}
    waiting: list[object] = [pbx]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen[id(one)] = one
        own = type(one).__module__.startswith("custom_components.pbx")
        if isinstance(one, str | bytes):
            texts.append(str(one))
        elif own or isinstance(one, dict | list | tuple | set | frozenset):
            waiting += gc.get_referents(one)
    return "\n".join(texts)


async def test_no_secret_is_kept(connected: YeastarS, sim: Simulator) -> None:
    """The answer holds passwords in clear; none of them is anywhere in what is returned."""
    for extension in sim.extensions.values():
        extension.register_password = f"Sip-{extension.number}-xMn5W4Gs"
        extension.vm_secret = f"73{extension.number}99"
    found = await connected.settings(list(sim.extensions))
    assert len(sim.secrets) > 10
    assert not [secret for secret in sim.secrets if secret in repr(found)]
    # Neither in what the client itself keeps.
    kept = texts_kept_by(connected)
    assert sim.serial in kept
    passwords = {one.register_password for one in sim.extensions.values()}
    assert not [password for password in passwords if password in kept]
    assert {field.name for field in fields(ExtensionSettings)} == {
        "number",
        "do_not_disturb",
        "may_be_monitored",
        "monitor_mode",
        "forward_always",
        "forward_busy",
        "forward_no_answer",
    }


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Disabled", MonitorPermission.DISABLED),
        ("Disable", MonitorPermission.DISABLED),
        ("extensive", MonitorPermission.EXTENSIVE),
        ("General", MonitorPermission.EXTENSIVE),
        ("Listen", MonitorPermission.LISTEN),
        ("WHISPER", MonitorPermission.WHISPER),
        ("Barge-in", MonitorPermission.BARGE_IN),
        ("Barge In", MonitorPermission.BARGE_IN),
        ("barge_in", MonitorPermission.BARGE_IN),
        ("barge", MonitorPermission.BARGE_IN),
        ("密语监听", None),
        ("", None),
        (None, None),
        (["Listen"], None),
    ],
)
async def test_spellings_of_the_monitor_mode(
    connected: YeastarS, sim: Simulator, word: object, expected: object
) -> None:
    """Every one that was seen (4.3); what nobody knows is unknown."""
    sim.faults.add(_rewrite(monitormode=word))
    assert (await _read(connected)).monitor_mode is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("on", True), ("ON", True), ("off", False), ("yes", None), (1, None)],
)
async def test_what_is_neither_on_nor_off_is_unknown(
    connected: YeastarS, sim: Simulator, word: object, expected: bool | None
) -> None:
    """As is what the PBX does not tell."""
    sim.faults.add(_rewrite(dnd=word, alwaysforward=word))
    found = await _read(connected)
    assert found.do_not_disturb is expected
    assert found.forward_always == (
        None if expected is None else Forwarding(on=expected)
    )
    assert found.may_be_monitored is None
    assert found.forward_busy is None


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        (Forward(on=True), Forwarding(on=True, to=ForwardTo.VOICEMAIL)),
        (
            Forward(on=True, to="Extension", extension="1002"),
            Forwarding(on=True, to=ForwardTo.EXTENSION, number="1002"),
        ),
        (
            Forward(on=True, to="Mobile Number"),
            Forwarding(on=True, to=ForwardTo.MOBILE),
        ),
        (
            Forward(on=True, to="Custom Number", prefix="9", number="0612345678"),
            Forwarding(on=True, to=ForwardTo.NUMBER, number="0612345678", prefix="9"),
        ),
        (Forward(on=True, to="The Moon"), Forwarding(on=True)),
    ],
)
@pytest.mark.parametrize("kind", ["always", "busy", "no_answer"])
async def test_forwarding_is_read(
    connected: YeastarS,
    sim: Simulator,
    kind: str,
    forward: Forward,
    expected: Forwarding,
) -> None:
    """Each kind by itself, with the destination that the PBX tells."""
    setattr(sim.extensions["1001"], f"{kind}_forward", forward)
    found = await _read(connected)
    for other in ("always", "busy", "no_answer"):
        assert getattr(found, f"forward_{other}") == (
            expected if other == kind else OFF
        )


@pytest.mark.parametrize("answer", [None, {}, "none"])
async def test_answer_without_settings(
    connected: YeastarS, sim: Simulator, answer: object
) -> None:
    """It is no list."""
    sim.faults.add(
        Fault(
            kind="rewrite",
            rewrite=lambda _: {"status": "Success", "extinfos": answer},
        )
    )
    with pytest.raises(PbxUnreachable) as err:
        await connected.settings(list(sim.extensions))
    assert err.value.reason is Unreachable.BAD_ANSWER


async def test_damaged_settings_are_left_out(
    connected: YeastarS, sim: Simulator
) -> None:
    """And of two about one extension the first counts."""
    items = [
        None,
        {},
        {"extnumber": "10é1", "dnd": "on"},
        {"extnumber": "1001", "dnd": "on"},
        {"extnumber": "1001", "dnd": "off"},
    ]
    sim.faults.add(
        Fault(
            kind="rewrite", rewrite=lambda _: {"status": "Success", "extinfos": items}
        )
    )
    assert await connected.settings(list(sim.extensions)) == (
        ExtensionSettings("1001", True),
    )
