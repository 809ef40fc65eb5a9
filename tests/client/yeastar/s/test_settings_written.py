"""Settings of extensions that are written: in which words, and what comes of it."""

import pytest

from custom_components.pbx.client import (
    Forwarding,
    ForwardTo,
    MonitorPermission,
    PbxRefused,
    Refusal,
    SettingsChange,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import VERSIONS
from tests.simulator import SimExtension, Simulator

from .acting import speak


@pytest.mark.parametrize("version", VERSIONS)
async def test_several_settings_are_written_in_one_request(
    pbx: YeastarS, sim: Simulator, version: str
) -> None:
    """In all versions; only what is to be changed is named."""
    speak(sim, version)
    await pbx.change_settings(
        "1001",
        SettingsChange(
            do_not_disturb=True,
            may_be_monitored=False,
            monitor_mode=MonitorPermission.BARGE_IN,
            forward_no_answer=Forwarding(on=False),
        ),
    )
    assert sim.requests[-1].path == f"/api/{version}/extension/update"
    assert sim.requests[-1].body == {
        "extid": "1001",
        "dnd": "on",
        "allowbeingmonitored": "off",
        "monitormode": "Barge-in",
        "noanswerforward": "off",
    }
    extension = sim.extensions["1001"]
    assert (extension.dnd, extension.allow_being_monitored) == (True, False)
    assert extension.monitor_mode == "Barge-in"


async def test_change_of_nothing_sends_nothing(
    connected: YeastarS, sim: Simulator
) -> None:
    """There is nothing to write."""
    await connected.change_settings("1001", SettingsChange())
    assert not sim.requests


@pytest.mark.parametrize("mode", MonitorPermission)
async def test_written_monitor_mode_is_read_back(
    connected: YeastarS, sim: Simulator, mode: MonitorPermission
) -> None:
    """Each, as the PBX wants it spelled."""
    await connected.change_settings("1001", SettingsChange(monitor_mode=mode))
    (found,) = await connected.settings(["1001"])
    assert found.monitor_mode is mode


@pytest.mark.parametrize(
    ("forwarding", "written"),
    [
        (Forwarding(on=False, to=ForwardTo.NUMBER), {}),
        (Forwarding(on=True), {}),
        (Forwarding(on=True, to=ForwardTo.VOICEMAIL), {"to": "Voicemail"}),
        (
            Forwarding(on=True, to=ForwardTo.EXTENSION, number="1002"),
            {"to": "Extension", "ext": "1002"},
        ),
        (
            Forwarding(on=True, to=ForwardTo.MOBILE, prefix="9"),
            {"to": "Mobile Number", "prefix": "9"},
        ),
        # An old prefix must not come before the new number.
        (
            Forwarding(on=True, to=ForwardTo.NUMBER, number="0612345678"),
            {"to": "Custom Number", "num": "0612345678", "prefix": ""},
        ),
    ],
)
@pytest.mark.parametrize(
    ("kind", "switch", "letter"),
    [
        ("always", "alwaysforward", "a"),
        ("busy", "busyforward", "b"),
        ("no_answer", "noanswerforward", "n"),
    ],
)
async def test_forwarding_is_written(
    connected: YeastarS,
    sim: Simulator,
    kind: str,
    switch: str,
    letter: str,
    forwarding: Forwarding,
    written: dict[str, str],
) -> None:
    """With the fields of its destination, under the names of its kind (3.6)."""
    forward = getattr(sim.extensions["1001"], f"{kind}_forward")
    forward.prefix = "0"
    await connected.change_settings(
        "1001",
        SettingsChange(**{f"forward_{kind}": forwarding}),  # type: ignore[arg-type]
    )
    (request,) = sim.requests
    assert request.body == {
        "extid": "1001",
        switch: "on" if forwarding.on else "off",
        **{f"{letter}transfer{name}": value for name, value in written.items()},
    }
    assert forward.on is forwarding.on
    if forwarding.on and forwarding.to:
        (found,) = await connected.settings(["1001"])
        assert getattr(found, f"forward_{kind}") == forwarding


async def test_setting_that_the_pbx_does_not_take(
    connected: YeastarS, sim: Simulator
) -> None:
    """10017, and nothing was changed; the number is the PBX's to judge."""
    sim.add_extension(SimExtension("1007"))
    too_long = Forwarding(on=True, to=ForwardTo.NUMBER, number="0" * 16)
    with pytest.raises(PbxRefused) as err:
        await connected.change_settings(
            "1007", SettingsChange(do_not_disturb=True, forward_always=too_long)
        )
    assert (err.value.refusal, err.value.code) == (Refusal.SETTINGS_REJECTED, 10017)
    assert not sim.extensions["1007"].dnd
