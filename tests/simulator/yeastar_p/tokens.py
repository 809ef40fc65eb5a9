"""Access tokens, refresh tokens, and addresses that are blocked: reference 2."""

from collections import Counter
from dataclasses import dataclass
import string

from tests.simulator.chance import Chance
from tests.simulator.clock import Clock

from .switches import PSwitches

ALPHABET = string.ascii_letters + string.digits


@dataclass(slots=True)
class Pair:
    """An access token with its refresh token, and when each ends."""

    access: str
    access_until: float
    refresh: str
    refresh_until: float


class Tokens:
    """The tokens that were issued."""

    def __init__(self, clock: Clock, switches: PSwitches, seed: int) -> None:
        """Begin without tokens."""
        self._clock = clock
        self._switches = switches
        self._random = Chance(seed)
        self._pairs: list[Pair] = []
        self._failures: Counter[str] = Counter()
        self._blocked: dict[str, float] = {}
        self.issued: set[str] = set()
        self.logins = 0

    def new(self) -> Pair | None:
        """Return a new pair, None when too many are valid."""
        now = self._clock.now()
        self._pairs = [pair for pair in self._pairs if pair.refresh_until > now]
        valid = sum(pair.access_until > now for pair in self._pairs)
        if valid >= self._switches.token_limit:
            return None
        pair = Pair(
            self._secret(),
            now + self._switches.access_lifetime,
            self._secret(),
            now + self._switches.refresh_lifetime,
        )
        self._pairs.append(pair)
        return pair

    def refreshed(self, refresh: str) -> Pair | None:
        """Return a pair for a refresh token, which is used up."""
        now = self._clock.now()
        for pair in self._pairs:
            if pair.refresh == refresh and pair.refresh_until > now:
                self._pairs.remove(pair)
                return self.new()
        return None

    def valid(self, access: str) -> bool:
        """Return whether an access token is valid."""
        now = self._clock.now()
        return any(p.access == access and p.access_until > now for p in self._pairs)

    def delete(self, access: str) -> None:
        """Revoke an access token."""
        self._pairs = [pair for pair in self._pairs if pair.access != access]

    def expire_access(self) -> None:
        """Let every access token end now; refresh tokens stay."""
        for pair in self._pairs:
            pair.access_until = 0.0

    def expire_all(self) -> None:
        """Let all tokens end now."""
        self._pairs.clear()

    @property
    def live(self) -> int:
        """Return how many access tokens are valid."""
        now = self._clock.now()
        return sum(pair.access_until > now for pair in self._pairs)

    def blocked(self, address: str) -> float | None:
        """Return until when an address is blocked, None when it is not."""
        until = self._blocked.get(address)
        return until if until is not None and until > self._clock.now() else None

    def failed(self, address: str) -> None:
        """Count a login with wrong credentials."""
        self._failures[address] += 1
        if self._failures[address] >= self._switches.failures_until_blocked:
            del self._failures[address]
            self._blocked[address] = self._clock.now() + self._switches.blocked_seconds

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address."""
        self.logins += 1
        self._failures.pop(address, None)

    def _secret(self) -> str:
        secret = "".join(self._random.choices(ALPHABET, k=32))
        self.issued.add(secret)
        return secret
