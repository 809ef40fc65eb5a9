"""The layer with Home Assistant: the running integration over real sockets, with push."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from aiohttp import web
from aiohttp.resolver import ThreadedResolver
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_test_home_assistant,
)

from custom_components.pbx.const import CONF_REPORT_ADDRESS, DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.conftest import entry_for
from tests.simulator import Fault, ManualClock, ReportFault
from tests.simulator.exchange.events import SettingsChanged

from .oracle import Ledger
from .shown import check_entities, no_errors
from .steps import PHONES, SERIAL, Activity, Firmware, Step, office

KINDS: Final = {
    "lose": "lost",
    "double": "doubled",
    "delay": "delayed",
    "reorder": "reordered",
    "garble": "garbled",
}
# What a poll asks for, one after the other.
ENDPOINTS: Final = (
    *("inbound/query", "outbound/query", "extensionlist/query"),
    *("extension/query", "trunklist/query"),
)
# So many turns of the loop are enough for any report; in one turn a socket is looked at.
SPINS: Final = 3000
# Each day begins then: whatever is drawn goes the same way in every run.
MORNING: Final = "2026-11-02 08:00:00+00:00"
# Seconds that pass at a time.
CHUNK: Final = 10.0


class LoopbackResolver(ThreadedResolver):
    """Instead of Home Assistant's own, which would ask the local network."""

    async def real_close(self) -> None:
        """Close it, as Home Assistant does at its end."""
        await self.close()


@asynccontextmanager
async def home() -> AsyncGenerator[tuple[HomeAssistant, int]]:
    """Run Home Assistant with its server on a free port."""
    async with async_test_home_assistant() as hass:
        del hass.data[DATA_CUSTOM_COMPONENTS]
        with (
            patch(
                "homeassistant.helpers.aiohttp_client._async_make_resolver",
                lambda hass: LoopbackResolver(),
            ),
            # The PBX needs no better one, and this one is closed in no time.
            patch("aiohttp.connector.DefaultResolver", ThreadedResolver),
        ):
            assert await async_setup_component(hass, "webhook", {})
            runner = web.AppRunner(hass.http.app, handle_signals=False, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            try:
                yield hass, runner.addresses[0][1]
            finally:
                await runner.cleanup()
                await hass.async_stop(force=True)


class Living:
    """The integration beside a PBX, both on one clock that stands still by itself."""

    def __init__(
        self,
        hass: HomeAssistant,
        port: int,
        freezer: FrozenDateTimeFactory,
        firmware: Firmware,
    ) -> None:
        """Make a PBX, and an entry for it."""
        self.hass = hass
        self.clock = ManualClock()
        self.sim = office(self.clock, firmware)
        self.activity = Activity(self.sim)
        self.ledger = Ledger(self.sim)
        self._port = port
        self._freezer = freezer
        self.entry = MockConfigEntry(domain=DOMAIN)

    @property
    def coordinator(self) -> PbxCoordinator:
        """Return the coordinator of the entry, which is another after each reload."""
        coordinator: PbxCoordinator = self.entry.runtime_data
        return coordinator

    async def begin(self) -> None:
        """Set the entry up."""
        entry = entry_for(self.sim)
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="PBX",
            unique_id=SERIAL,
            data=dict(entry.data),
            options={CONF_REPORT_ADDRESS: f"127.0.0.1:{self._port}"},
        )
        self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settled()
        self._listen()

    def _listen(self) -> None:
        """Note what is told of the calls."""
        for number in PHONES:
            self.coordinator.subscriptions.calls.async_add(
                number, lambda event: self.ledger.told([event])
            )

    async def settled(self) -> None:
        """Return when nothing is under way any more, but for what waits for the clock."""
        targets = self.sim.reporter._targets
        for _ in range(SPINS):
            if not self.sim.online or not any(t.worker for t in targets.values()):
                break
            await asyncio.sleep(0)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def wait(self, seconds: float) -> None:
        """Let time pass for both."""
        for _ in range(max(1, int(seconds / CHUNK))):
            part = min(seconds, CHUNK)
            self._freezer.tick(timedelta(seconds=part))
            await self.clock.run_for(part)
            async_fire_time_changed(self.hass)
            await self.settled()

    async def poll(self) -> None:
        """Read everything."""
        self.ledger.looked()
        await self.coordinator.async_refresh()
        await self.settled()

    async def play(self, steps: Sequence[Step]) -> None:
        """Let it all happen."""
        waiting = deque(steps)
        while waiting:
            step = waiting.popleft()
            self.ledger.looked()
            if not self.activity.do(step):
                await self._do(step, waiting)
            await self.settled()
            # Not two things happen at the very same time.
            self.clock.advance(0.25)
            self._freezer.tick(timedelta(seconds=0.25))

    async def _do(self, step: Step, following: deque[Step]) -> None:
        match step.what:
            case "race" if following:
                await self._race(ENDPOINTS[step.who % 5], following.popleft())
            case "poll":
                await self.poll()
            case "wait" | "deliver":
                await self.wait(5)
            case "wait_long":
                await self.wait(35)
            case "cut":
                await self.sim.go_offline()
            case "mend":
                await self._mend()
            case "restart":
                # Booting takes longer than the time between two polls.
                self.sim.restart()
                await self._mend()
                await self.settled()
                await self.poll()
            case "expire":
                self.sim.expire_tokens()
            case "reload":
                await self._mend()
                assert await self.hass.config_entries.async_reload(self.entry.entry_id)
                self.ledger.reloaded()
                self._listen()
            case _ if step.what in KINDS:
                fault = ReportFault(KINDS[step.what], times=1 + step.who)
                self.sim.faults.reports.add(fault)

    async def _mend(self) -> None:
        if not self.sim.online:
            await self.sim.come_back()

    async def _race(self, endpoint: str, step: Step) -> None:
        """Let something happen right after one answer of a poll was made up."""

        def meanwhile(answer: dict[str, Any]) -> dict[str, Any]:
            self.activity.do(step)
            return answer

        self.sim.faults.add(
            Fault("rewrite", endpoint=endpoint, times=1, rewrite=meanwhile)
        )
        await self.poll()
        self.sim.faults.pending.clear()

    async def come_to_rest(self) -> None:
        """Let everything go well again, all reports arrive, and one poll pass."""
        self.sim.faults.clear()
        await self._mend()
        # What was held back goes out behind another report.
        self.sim.exchange.emit(SettingsChanged("trunk", "SIP-142", "update"))
        await self.wait(10)
        # Trunks are read once a minute.
        self._freezer.tick(timedelta(minutes=1))
        await self.wait(1)
        await self.poll()
        # One that leaves a doubt is followed by another.
        await self.wait(3)

    def check(self) -> None:
        """Raise AssertionError when a state is wrong."""
        assert self.coordinator.last_update_success
        self.ledger.check(self.coordinator.data, polled=True)
        check_entities(self.hass, self.coordinator)

    async def end(self) -> None:
        """Unload the entry; raise AssertionError when something of it goes on."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settled()
        assert not self.sim.sessions.targets()
        tasks = [task for task in asyncio.all_tasks() if not task.done()]
        timers = get_scheduled_timer_handles(self.hass.loop)
        left = [*tasks, *(timer for timer in timers if not timer.cancelled())]
        left = [one for one in left if "custom_components" in repr(one)]
        assert not left


async def lived(
    steps: Sequence[Step], firmware: Firmware, freezer: FrozenDateTimeFactory
) -> None:
    """Play steps beside the running integration; after quiet and one poll all is right."""
    freezer.move_to(MORNING)
    with no_errors():
        async with home() as (hass, port):
            living = Living(hass, port, freezer, firmware)
            async with living.sim.running():
                await living.begin()
                await living.play(steps)
                await living.come_to_rest()
                living.check()
                await living.end()
