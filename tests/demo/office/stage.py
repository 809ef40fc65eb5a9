"""Where a scene is played: the people in it, and the calls they have."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.simulator.chance import Chance
from tests.simulator.exchange import Forward, SimCall, SimExtension
from tests.simulator.exchange.errors import ExchangeError, NotPossible
from tests.simulator.exchange.events import SettingsChanged

if TYPE_CHECKING:
    from tests.simulator.device import Device

OUTSIDE_NUMBERS = ("0123456789", "018396210850", "41000", "42003", "70871520926")
# Who interfered by hand may go on for so long with the calls of the scene.
GRACE_SECONDS = 60.0
# Longer than any phone rings and the voicemail listens.
LONGEST_SECONDS = 180.0

type Fits = Callable[[SimExtension], bool]


class Stage:
    """One scene's view of the simulator; whatever it begins, it ends."""

    def __init__(
        self,
        simulator: Device,
        chance: Chance,
        staff: Collection[str] | None = None,
        supervisors: Collection[str] = (),
    ) -> None:
        """Take the people who may play; everybody when none are named."""
        self.simulator = simulator
        self.chance = chance
        self.cast: set[str] = set()
        self.ended_by: ExchangeError | None = None
        self._staff = staff
        self._supervisors = supervisors
        self._calls: list[SimCall] = []
        self._outside = chance.sample(OUTSIDE_NUMBERS, len(OUTSIDE_NUMBERS))

    # -- people

    def somebody(self, fits: Fits = lambda extension: True) -> str:
        """Cast one who is free; raise NotPossible when nobody is."""
        extensions = self.simulator.extensions
        staff = extensions if self._staff is None else self._staff
        return self._one_of(
            [n for n in sorted(staff) if n in extensions and fits(extensions[n])]
        )

    def supervisor(self, fits: Fits) -> str:
        """Cast a supervisor who is free."""
        extensions = self.simulator.extensions
        return self._one_of(
            [
                number
                for number in sorted(self._supervisors or extensions)
                if number in extensions and fits(extensions[number])
            ]
        )

    def members(self, groups: dict[str, list[str]], number: str) -> list[str]:
        """Cast everybody of a ring group or queue; all of them must be free."""
        found = [n for n in groups.get(number, ()) if n in self.simulator.extensions]
        if not found or not all(self.simulator.exchange.free(n) for n in found):
            raise NotPossible(f"Not everybody of {number} is free")
        self.cast.update(found)
        return found

    def outsider(self) -> str:
        """Return an outside number that this scene has not used yet."""
        return self._outside.pop()

    def _one_of(self, candidates: list[str]) -> str:
        free = [
            number
            for number in candidates
            if number not in self.cast and self.simulator.exchange.free(number)
        ]
        if not free:
            raise NotPossible("Nobody who fits is free for this scene")
        chosen = self.chance.choice(free)
        self.cast.add(chosen)
        return chosen

    # -- what they do

    async def moment(self, shortest: float = 2.0, longest: float = 6.0) -> None:
        """Let some time pass."""
        seconds = round(self.chance.uniform(shortest, longest), 1)
        await self.simulator.clock.sleep(seconds)

    async def until_ended(self, call: SimCall) -> None:
        """Wait until a call has ended by itself."""
        await self.until(lambda: not call.live)

    async def until(
        self, happened: Callable[[], bool], longest: float = LONGEST_SECONDS
    ) -> None:
        """Wait for something, but not for ever: somebody may interfere by hand."""
        end = self.simulator.clock.now() + longest
        while not happened() and self.simulator.clock.now() < end:
            await self.simulator.clock.sleep(1.0)

    def inbound(self, callee: str) -> SimCall:
        """Let somebody outside call."""
        return self._kept(self.simulator.inbound(self.outsider(), callee))

    def call(self, caller: str, callee: str) -> SimCall:
        """Let one colleague call another."""
        return self._kept(self.simulator.call(caller, callee))

    async def inbound_answered(self, callee: str) -> SimCall:
        """Let somebody outside call and be answered."""
        call = self.inbound(callee)
        await self.moment()
        call.answer(callee)
        return call

    def _kept(self, call: SimCall) -> SimCall:
        self._calls.append(call)
        return call

    @contextmanager
    def always_forwarding(self, number: str, to: str) -> Iterator[None]:
        """Let an extension forward everything to another for a while."""
        extension = self.simulator.extensions[number]
        before = extension.always_forward
        self._set_forward(extension, Forward(True, "Extension", extension=to))
        try:
            yield
        finally:
            if number in self.simulator.extensions:
                self._set_forward(extension, before)

    def _set_forward(self, extension: SimExtension, forward: Forward) -> None:
        extension.always_forward = forward
        update = SettingsChanged("extension", extension.number, "update")
        self.simulator.exchange.emit(update)

    # -- the end

    async def interrupted(self) -> None:
        """Leave the calls to whoever interfered by hand, for a while."""
        await self.until(
            lambda: not any(call.live for call in self._calls), GRACE_SECONDS
        )

    def clear(self) -> None:
        """End whatever the scene has left; a restart may have taken it already."""
        for call in self._calls:
            if call.live and self.simulator.calls.get(call.call_id) is call:
                call.hang_up()
