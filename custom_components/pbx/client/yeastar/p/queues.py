"""The queues of a PBX: waiting callers and agents (reference, section 3.4)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ...errors import PbxError, PbxRefused
from ...model import Queue, QueueAgent, QueueCaller
from ...texts import outside_number
from ..member_words import objects
from ..values import Answer, integer, text
from . import errcode

# Each queue takes two requests.
MAX_QUEUES: Final = 50
# Seconds in which several changes of a queue are read once.
SETTLED: Final = 0.2
# Section 8.3: one event writes the number of a queue with it.
_PREFIX: Final = "queue-"
_FLAGS: Final = {"0": False, "1": True}
_KINDS: Final = {"dynamic": True, "static": False}

type Ask = Callable[[str, dict[str, str]], Awaitable[Answer]]
type Pages = Callable[[str, str], Awaitable[tuple[list[dict[str, Any]], bool]]]


class QueueReader:
    """Reads the queues: all of them with each poll, and one when an event concerns it.

    The PBX tells of agents by events, of waiting callers only by those of their calls.
    `supported` is False once the PBX has refused to tell of queues.
    """

    def __init__(
        self,
        ask: Ask,
        pages: Pages,
        now: Callable[[], float],
        report: Callable[[Queue], None],
    ) -> None:
        """Initialize without queues; `now` returns seconds since the epoch."""
        self._ask = ask
        self._pages = pages
        self._now = now
        self._report = report
        # The PBX's own id and the name of each queue, by number.
        self._known: dict[str, tuple[str, str]] = {}
        self._changed: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self.supported = True

    async def read(self) -> tuple[Queue, ...] | None:
        """Return all queues, None where the PBX does not tell of them."""
        if not self.supported:
            return None
        try:
            listed, complete = await self._pages("queue/list", "number")
        except PbxRefused as err:
            self.supported = err.code not in errcode.NO_SUCH_INTERFACE
            return None
        known = {
            number: (text(item.get("id")), text(item.get("name")))
            for item in listed[:MAX_QUEUES]
            if (number := text(item.get("number"))) and text(item.get("id"))
        }
        self._known = known
        try:
            found = [await self._read(number) for number in known]
        except PbxRefused:
            return None  # What else is read is no worse for it.
        return tuple(found) if complete else None

    async def _read(self, number: str) -> Queue:
        """Return the present state of a queue."""
        identity, name = self._known[number]
        calls = _body(await self._ask("queue/call_status", {"id": identity}))
        agents = await self._ask("queue/agent_status", {"id": identity})
        now = self._now()
        talking = {
            text(call.get("callee_number"))
            for call in objects(calls.get("active_list"))
        }
        # A caller for whom phones ring still waits, and is there once for each phone.
        callers: dict[str, QueueCaller] = {}
        for name_of_list in ("ringing_list", "waiting_list"):
            for item in objects(calls.get(name_of_list)):
                caller = QueueCaller(
                    outside_number(text(item.get("caller_number"))),
                    now - (integer(item.get("duration")) or 0),
                    text(item.get("call_id")) or None,
                )
                callers.setdefault(caller.call_id or caller.number, caller)
        return Queue(
            number,
            name,
            tuple(sorted(callers.values(), key=lambda caller: caller.since)),
            tuple(
                _agent(agent, own in talking)
                for agent in objects(agents.get("data"))
                if (own := text(agent.get("number")))
            ),
        )

    # -- events

    def concerned(self, number: str | None) -> None:
        """Read a queue again, as an event concerns it; any other number is ignored."""
        number = (number or "").removeprefix(_PREFIX)
        if number not in self._known:
            return
        self._changed.add(number)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow(), name="P-Series queues")

    async def _follow(self) -> None:
        """Read the queues that have changed, and report them; a poll does it too."""
        while self._changed:
            await asyncio.sleep(SETTLED)
            number = self._changed.pop()
            try:
                queue = await self._read(number)
            except KeyError, PbxError:
                continue
            self._report(queue)

    async def stop(self) -> None:
        """Stop reading. Raises nothing."""
        task, self._task = self._task, None
        self._changed.clear()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _body(answer: Answer) -> Answer:
    """Return the members of an answer, which may be below `data` (section 1.6)."""
    data = answer.get("data")
    return data if isinstance(data, dict) else answer


def _agent(item: dict[str, Any], talking: bool) -> QueueAgent:
    """Return an agent of a queue."""
    return QueueAgent(
        text(item.get("number")),
        text(item.get("name")),
        logged_in=_FLAGS.get(text(item.get("is_login"))),
        paused=_FLAGS.get(text(item.get("is_pause"))),
        talking=talking,
        reason=text(item.get("pause_reason")) or None,
        dynamic=_KINDS.get(text(item.get("agent_type")).lower()),
    )
