"""The users for whom automations act, as far as Home Assistant tells them.

An automation runs without a user, and so with the rights of its owner. But each user with
the app can fire any event, also the one that a button of a notification fires. So an
automation that such an event starts acts for its user, and `pbx.act_for_user` does the
same for an event that an automation waits for. A user who may control an automation can
run it, with variables of their own: it acts for them too.
"""

from typing import Any, Final

from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_SERVICE,
    EVENT_CALL_SERVICE,
    EVENT_STATE_CHANGED,
    MATCH_ALL,
)
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

# Fired when a run begins, in the context of the run.
EVENT_AUTOMATION_TRIGGERED: Final = "automation_triggered"
# Events that Home Assistant itself fires for an action whose permission it has checked.
CHECKED: Final = frozenset({EVENT_CALL_SERVICE, EVENT_STATE_CHANGED})
# The action that runs an automation.
RUN: Final = ("automation", "trigger")
# The user of a run that acts for an unknown one; no user has this id.
NOBODY: Final = ""
# An event starts its automations at once; a run can take hours.
EVENTS: Final = 1_000
RUNS: Final = 10_000
# The first characters of the id of a context tell its time, and sort by it.
TIME: Final = slice(10)


class ActingUsers:
    """The users of events, and of the runs of automations that act for one."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start noting the users of events."""
        self._events: dict[str, str] = {}
        self._runs: dict[str, str] = {}
        self._forgotten = ""
        hass.bus.async_listen(MATCH_ALL, self._note)

    @callback
    def _note(self, event: Event[Any]) -> None:
        """Note the user of an event, and the run of an automation that it starts."""
        context = event.context
        if context.user_id is not None:
            if event.event_type not in CHECKED or _runs_an_automation(event):
                _put(self._events, context.id, context.user_id, EVENTS)
        elif event.event_type == EVENT_AUTOMATION_TRIGGERED:
            if (user := self._started_by(context)) is not None:
                self._put_run(context, user)

    def _put_run(self, context: Context, user: str) -> None:
        """Put the user of a run; note the time of one that is forgotten for it."""
        gone = _put(self._runs, context.id, user, RUNS)
        self._forgotten = max(self._forgotten, (gone or "")[TIME])

    def _started_by(self, context: Context) -> str | None:
        """Return the user whose event, or whose automation's event, started a run."""
        if (parent := context.parent_id) is None:
            return None
        return self._runs.get(parent, self._events.get(parent))

    @callback
    def async_set(self, context: Context, user_id: str) -> None:
        """Make a run act for a user from now on."""
        self._put_run(context, user_id)

    def acting(self, context: Context) -> Context:
        """Return a context with the user for whom it acts.

        A run that is as old as one whose user was forgotten acts for nobody.
        """
        if context.user_id is not None:
            return context
        user = self._runs.get(context.id)
        if user is None and (user := self._started_by(context)) is None:
            if context.id[TIME] > self._forgotten:
                return context
            user = NOBODY
        return Context(user, context.parent_id, context.id)


def _runs_an_automation(event: Event[Any]) -> bool:
    """Return whether an event tells that an action runs an automation."""
    data = event.data
    return (data.get(ATTR_DOMAIN), data.get(ATTR_SERVICE)) == RUN


def _put(users: dict[str, str], key: str, user: str, most: int) -> str | None:
    """Put a user as the newest, and return the key of the oldest if it was too many."""
    users.pop(key, None)
    users[key] = user
    if len(users) <= most:
        return None
    oldest = next(iter(users))
    del users[oldest]
    return oldest


ACTING_USERS: HassKey[ActingUsers] = HassKey(f"{DOMAIN}_acting_users")
