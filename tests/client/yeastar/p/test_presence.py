"""Do not disturb and forwarding of the P-Series, which belong to a presence."""

from typing import Any

import pytest

from custom_components.pbx.client import PbxRefused, PbxUnreachable, Refusal
from custom_components.pbx.client.extension_settings import (
    ExtensionSettings,
    Forwarding,
    ForwardTo,
    MonitorPermission,
    SettingsChange,
)
from custom_components.pbx.client.report import Report, SettingsChanged, Subject
from custom_components.pbx.client.yeastar.p import YeastarP
from tests.simulator.exchange import Forward
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.front import Fault

from .conftest import Watched, until

OFF = Forwarding(on=False, to=ForwardTo.VOICEMAIL)
TO_1005 = Forwarding(on=True, to=ForwardTo.EXTENSION, number="1005")
TO_VOICEMAIL = Forwarding(on=True, to=ForwardTo.VOICEMAIL)


async def settings_of(pbx: YeastarP, number: str) -> ExtensionSettings:
    """Return the settings of an extension."""
    (found,) = await pbx.settings([number])
    return found


def updates(sim: PSimulator) -> list[Any]:
    """Return the bodies of all changes."""
    return [
        one.body for one in sim.front.requests if one.endpoint == "extension/update"
    ]


async def test_settings_are_read(sim: PSimulator, watched: Watched) -> None:
    """Do not disturb and the three forwardings of the present presence."""
    sim.extensions["1002"].dnd = True
    found = await watched.pbx.settings(["1003", "1002", "4711"])
    assert found == (
        ExtensionSettings(
            "1003",
            do_not_disturb=False,
            forward_always=OFF,
            forward_busy=OFF,
            forward_no_answer=TO_VOICEMAIL,
        ),
        ExtensionSettings(
            "1002",
            do_not_disturb=True,
            forward_always=OFF,
            forward_busy=OFF,
            forward_no_answer=OFF,
        ),
    )


async def test_do_not_disturb_is_a_presence(sim: PSimulator, watched: Watched) -> None:
    """It is set, and taken back to available; any other presence stays."""
    pbx = watched.pbx
    await pbx.change_settings("1002", SettingsChange(do_not_disturb=True))
    assert sim.extensions["1002"].dnd
    assert (await settings_of(pbx, "1002")).do_not_disturb is True
    await pbx.change_settings("1002", SettingsChange(do_not_disturb=True))
    await pbx.change_settings("1002", SettingsChange(do_not_disturb=False))
    assert [body.get("presence_status") for body in updates(sim)] == [
        "do_not_disturb",
        "available",
    ]
    sim.objects.presences.update(
        sim.extensions["1002"], {"presence_status": "business_trip"}
    )
    await pbx.change_settings("1002", SettingsChange(do_not_disturb=False))
    assert sim.objects.presences.of(sim.extensions["1002"]) == "business_trip"


@pytest.mark.parametrize("situation", ["always", "busy", "no_answer"])
async def test_forwarding_is_written_and_read(
    sim: PSimulator, watched: Watched, situation: str
) -> None:
    """To an extension, to voicemail, off, and on with the last destination."""
    pbx = watched.pbx

    async def change(forwarding: Forwarding) -> Forwarding | None:
        changes: dict[str, Any] = {f"forward_{situation}": forwarding}
        await pbx.change_settings("1002", SettingsChange(**changes))
        found = getattr(await settings_of(pbx, "1002"), f"forward_{situation}")
        assert found is None or isinstance(found, Forwarding)
        return found

    assert await change(TO_1005) == TO_1005
    forward = getattr(sim.extensions["1002"], f"{situation}_forward")
    assert (forward.on, forward.to, forward.extension) == (True, "Extension", "1005")
    assert await change(Forwarding(on=False)) == Forwarding(
        on=False, to=ForwardTo.EXTENSION, number="1005"
    )
    assert await change(Forwarding(on=True)) == TO_1005
    assert await change(TO_VOICEMAIL) == TO_VOICEMAIL


async def test_forwarding_belongs_to_the_presence(
    sim: PSimulator, watched: Watched
) -> None:
    """With do not disturb, another one is in effect, and the first comes back."""
    pbx = watched.pbx
    await pbx.change_settings("1002", SettingsChange(forward_always=TO_1005))
    both = SettingsChange(do_not_disturb=True, forward_always=TO_VOICEMAIL)
    await pbx.change_settings("1002", both)
    assert (await settings_of(pbx, "1002")).forward_always == TO_VOICEMAIL
    await pbx.change_settings("1002", SettingsChange(do_not_disturb=False))
    assert (await settings_of(pbx, "1002")).forward_always == TO_1005


async def test_forwarding_that_differs_for_colleagues_is_unknown(
    sim: PSimulator, watched: Watched
) -> None:
    """No single forwarding would be true for all callers."""
    only = {"status": "available", "enb_ex_always_forward": 1}
    sim.objects.presences.update(sim.extensions["1002"], {"presence_list": [only]})
    assert (await settings_of(watched.pbx, "1002")).forward_always is None
    differ = {
        "status": "available",
        "enb_ex_always_forward": 0,
        "ex_always_forward_dest": "extension",
    }
    sim.objects.presences.update(sim.extensions["1002"], {"presence_list": [differ]})
    assert (await settings_of(watched.pbx, "1002")).forward_always == Forwarding(
        on=False
    )


async def test_destination_without_a_known_word_is_not_guessed(
    sim: PSimulator, watched: Watched
) -> None:
    """Forwarding to a mobile number is shown as on, without a destination."""
    sim.extensions["1002"].always_forward = Forward(True, "Mobile Number")
    found = await settings_of(watched.pbx, "1002")
    assert found.forward_always == Forwarding(on=True)


@pytest.mark.parametrize(
    ("number", "change", "refusal"),
    [
        ("4711", SettingsChange(do_not_disturb=True), Refusal.NO_SUCH_EXTENSION),
        ("1002", SettingsChange(may_be_monitored=True), Refusal.UNSUPPORTED),
        (
            "1002",
            SettingsChange(monitor_mode=MonitorPermission.LISTEN),
            Refusal.UNSUPPORTED,
        ),
        (
            "1002",
            SettingsChange(forward_busy=Forwarding(True, ForwardTo.NUMBER, "0123")),
            Refusal.SETTINGS_REJECTED,
        ),
        (
            "1002",
            SettingsChange(forward_busy=Forwarding(True, ForwardTo.MOBILE)),
            Refusal.SETTINGS_REJECTED,
        ),
        (
            "1002",
            SettingsChange(forward_busy=Forwarding(True, ForwardTo.EXTENSION, "4711")),
            Refusal.SETTINGS_REJECTED,
        ),
    ],
)
async def test_what_cannot_be_set_is_refused(
    sim: PSimulator,
    watched: Watched,
    number: str,
    change: SettingsChange,
    refusal: Refusal,
) -> None:
    """Nothing is written."""
    with pytest.raises(PbxRefused) as refused:
        await watched.pbx.change_settings(number, change)
    assert refused.value.refusal is refusal
    assert updates(sim) == []


@pytest.mark.parametrize(
    "forwarding",
    [
        Forwarding(True, ForwardTo.EXTENSION),
        Forwarding(True, ForwardTo.VOICEMAIL, "1005"),
        Forwarding(True, ForwardTo.EXTENSION, "1005", prefix="9"),
        Forwarding(True, ForwardTo.EXTENSION, "1005;drop"),
    ],
)
async def test_invalid_forwarding(watched: Watched, forwarding: Forwarding) -> None:
    """A missing, needless or impossible number is a mistake of the caller."""
    with pytest.raises(ValueError):
        await watched.pbx.change_settings(
            "1002", SettingsChange(forward_busy=forwarding)
        )


async def test_nothing_to_change_sends_nothing(
    sim: PSimulator, watched: Watched
) -> None:
    """An empty change is no request."""
    before = len(sim.front.requests)
    await watched.pbx.change_settings("1002", SettingsChange())
    assert len(sim.front.requests) == before


async def test_own_presence_is_neither_do_not_disturb_nor_changed(
    sim: PSimulator, watched: Watched
) -> None:
    """A presence without a documented word says nothing; its forwarding is unknown."""
    rewrite(sim, {"presence_status": "gone_fishing"})
    found = await settings_of(watched.pbx, "1002")
    assert found == ExtensionSettings("1002")
    with pytest.raises(PbxRefused) as refused:
        await watched.pbx.change_settings(
            "1002", SettingsChange(forward_always=TO_VOICEMAIL)
        )
    assert refused.value.refusal is Refusal.SETTINGS_REJECTED


@pytest.mark.parametrize("found", [{"number": "1005"}, {"number": 7}])
async def test_another_extension_is_not_changed(
    sim: PSimulator, watched: Watched, found: dict[str, Any]
) -> None:
    """The PBX's id may belong to another extension by now."""
    rewrite(sim, found)
    with pytest.raises(PbxUnreachable):
        await watched.pbx.change_settings("1002", SettingsChange(do_not_disturb=True))
    assert updates(sim) == []


async def test_settings_of_nobody(sim: PSimulator, watched: Watched) -> None:
    """No data is no error, any other refusal is."""
    sim.front.faults.append(Fault("60001", "extension/query", times=1))
    assert await watched.pbx.settings(["1002"]) == ()
    sim.front.faults.append(Fault("10005", "extension/query"))
    with pytest.raises(PbxRefused) as refused:
        await watched.pbx.settings(["1002"])
    assert refused.value.refusal is Refusal.UNSUPPORTED


@pytest.mark.parametrize("event", [True, False])
async def test_changed_presence_is_reported(
    sim: PSimulator, watched: Watched, event: bool
) -> None:
    """By the event, or by the next reading where the PBX does not send it."""
    reports: list[Report] = []
    await watched.pbx.listen(reports.append, watched.lost.append)
    sim.front.deliver = event
    sim.objects.presences.update(sim.extensions["1002"], {"presence_status": "lunch"})
    changed = SettingsChanged(Subject.EXTENSION, "1002")
    if event:
        sim.rename_extension("1002", "Amy B.")
        await until(lambda: reports.count(changed) == 2)
        reports.clear()
    await watched.pbx.snapshot()
    assert reports.count(changed) == (0 if event else 1)
    await watched.pbx.snapshot()
    assert reports.count(changed) == (0 if event else 1)


def rewrite(sim: PSimulator, changes: dict[str, Any]) -> None:
    """Let the PBX tell something else of an extension."""
    detail = sim.objects.presences.detail
    sim.objects.presences.detail = (  # type: ignore[method-assign]
        lambda extension: {**detail(extension), **changes}
    )
