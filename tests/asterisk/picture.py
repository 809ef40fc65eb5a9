"""What Home Assistant shows of a PBX, in lines like those of a story."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .home import act
from .office import EXTENSIONS
from .story import QUIET

IN_USE = ("ringing", "busy", "on_hold")
CONNECTED = ("talking", "held")
ENDS = ("ended", "missed", "failed")
UNTOLD = (STATE_UNAVAILABLE, STATE_UNKNOWN)


class Picture:
    """A record of one PBX in Home Assistant.

    `lines` has a line for each moment without changes, `events` the call events of each
    extension, and `contradictions` what entities say that the calls do not.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize with the entities of an entry."""
        self._hass = hass
        self._entry = entry
        self._ids: dict[str, str] = {}
        self._changed = asyncio.Event()
        self.lines: list[str] = []
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.contradictions: list[str] = []

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[Self]:
        """Record until the end of the context, and finish the last line."""
        self._ids = {
            entry.unique_id.removeprefix(f"{self._entry.unique_id}_"): entry.entity_id
            for entry in er.async_entries_for_config_entry(
                er.async_get(self._hass), self._entry.entry_id
            )
        }
        stop = self._hass.bus.async_listen("state_changed", self._take)
        task = asyncio.create_task(self._write_lines())
        try:
            yield self
            await asyncio.sleep(2 * QUIET)
        finally:
            stop()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @callback
    def _take(self, event: Event[EventStateChangedData]) -> None:
        """Take a change of one of our entities."""
        new, old = event.data["new_state"], event.data["old_state"]
        if new is None or new.entity_id not in self._ids.values():
            return
        self._changed.set()
        number = next(
            (n for n in EXTENSIONS if self._ids[f"{n}_call"] == new.entity_id), None
        )
        if number is None or old is None or "number" not in new.attributes:
            return
        if old.state not in (STATE_UNAVAILABLE, new.state):
            self.events.setdefault(number, []).append(dict(new.attributes))

    async def _write_lines(self) -> None:
        """Write a line whenever nothing has changed for a while."""
        while True:
            await self._changed.wait()
            while self._changed.is_set():
                self._changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(QUIET):
                        await self._changed.wait()
            await self._write()

    async def _write(self) -> None:
        """Write a line, and compare the entities with it."""
        if self.state("connection") != "on":
            return
        calls = (await act(self._hass, "get_calls", **self._of_pbx))["calls"]
        texts = " + ".join(sorted(_text(call) for call in calls))
        statuses = {n: self.state(f"{n}_status") for n in EXTENSIONS}
        words = " ".join(f"{n}={s}" for n, s in statuses.items() if s != "idle")
        line = f"{texts or '-'} | {words or '-'}"
        if not self.lines or self.lines[-1] != line:
            self.lines.append(line)
        self._compare(calls, statuses)

    @property
    def _of_pbx(self) -> dict[str, str]:
        """Return the field of an action that names the PBX."""
        return {"config_entry_id": self._entry.entry_id}

    def state(self, key: str) -> str:
        """Return the state of an entity by the end of its unique id."""
        found = self._hass.states.get(self._ids[key])
        return "" if found is None else found.state

    def _compare(self, calls: list[dict[str, Any]], statuses: dict[str, str]) -> None:
        """Compare the entities with the calls and statuses of one moment."""
        offline = [number for number, status in statuses.items() if status == "offline"]
        wanted = {
            "calls": str(len(calls)),
            "extensions_in_use": str(sum(s in IN_USE for s in statuses.values())),
            "extensions_registered": str(len(EXTENSIONS) - len(offline)),
            "trunk_itsp_status": "registered",
            "trunk_itsp_usable": "on",
        }
        for number in EXTENSIONS:
            wanted[f"{number}_registered"] = "off" if number in offline else "on"
            mine = [
                (party["state"], call)
                for call in calls
                for party in call["parties"]
                if party["number"] == number
            ]
            connected = any(state in CONNECTED for state, _ in mine)
            since = self.state(f"{number}_in_call_since")
            if (since not in UNTOLD) is not connected:
                self.contradictions.append(f"{number}: in call since {since}: {mine}")
            # With several calls, the one that is talked on, and a held one last.
            mine.sort(key=lambda one: (one[0] != "talking", one[0] == "held"))
            others = [
                party["name"] or party["number"]
                for party in (mine[0][1]["parties"] if mine else ())
                if party["number"] != number
            ]
            if len(others) < 2:
                wanted[f"{number}_other_party"] = others[0] if others else STATE_UNKNOWN
        for key, value in wanted.items():
            if (found := self.state(key)) != value:
                self.contradictions.append(f"{key} is {found}, not {value}: {calls}")

    def told(self) -> list[str]:
        """Return the call events, a line for each extension."""
        return [
            f"{number}: {', '.join(map(_event, events))}"
            for number, events in sorted(self.events.items())
        ]

    def unended(self) -> list[str]:
        """Return the extensions whose last event is not an end."""
        return [
            number
            for number, events in self.events.items()
            if events[-1]["event_type"] not in ENDS
        ]

    def last_calls(self) -> list[str]:
        """Return what the sensors of last calls say that the events do not."""
        wrong = []
        for number, events in self.events.items():
            ends = [event for event in events if event["event_type"] in ENDS]
            found = self._hass.states.get(self._ids[f"{number}_last_call"])
            assert found is not None
            if not ends:
                continue
            last = ends[-1]
            outcome = last["outcome"] or STATE_UNKNOWN
            pairs: list[tuple[Any, Any]] = [(found.state, outcome)]
            pairs += [
                (found.attributes.get(key), last[key])
                for key in ("number", "direction", "trunk", "via", "dialed", "ended_by")
            ]
            wrong += [f"{number}: {pair}" for pair in pairs if pair[0] != pair[1]]
        return wrong


def _text(call: dict[str, Any]) -> str:
    """Return the line of a current call."""
    parties = sorted(
        (
            f"{'*' if party['caller'] else ''}{party['number']} {party['state']}"
            for party in call["parties"]
        ),
        key=lambda text: (not text.startswith("*"), text),
    )
    return " ".join([f"{call['direction']}: {', '.join(parties)}", *_facts(call)])


def _event(event: dict[str, Any]) -> str:
    """Return the text of a call event."""
    words = [event["event_type"], str(event["number"])]
    if event["event_type"] in ENDS:
        words.insert(1, str(event["outcome"]))
        words += [f"by {event['ended_by']}"] if event["ended_by"] else []
    return " ".join([*words, *_facts(event)])


def _facts(data: dict[str, Any]) -> list[str]:
    """Return the known facts of a call other than its parties."""
    return [
        f"({name} {data[name]})" for name in ("via", "dialed", "trunk") if data[name]
    ]
