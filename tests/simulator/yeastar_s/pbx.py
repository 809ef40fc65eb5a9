"""An S-Series PBX: takes a request, gives an answer."""

from collections import deque
from collections.abc import Callable, Collection

from tests.simulator.chance import Chance
from tests.simulator.clock import Clock
from tests.simulator.exchange.exchange import Exchange
from tests.simulator.switches import Switches

from . import v1
from .answers import Answer, File, Refused, failure
from .identity import Identity
from .request import Body
from .sessions import Sessions
from .v2.calls import Calls
from .v2.endpoints import ENDPOINTS as V2_ENDPOINTS
from .versions import OPENVOX, V2, expand, ordered


class Throttle:
    """Counts how often something was done within the window (reference 3.12)."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        """Begin with nothing done."""
        self._clock = clock
        self._switches = switches
        self._done: deque[float] = deque()

    def too_often(self, limit: int | None) -> bool:
        """Return whether it was done too often; if not, it counts as done."""
        now = self._clock.now()
        while self._done and now - self._done[0] >= self._switches.apply_window:
            self._done.popleft()
        if limit is not None and len(self._done) >= limit:
            return True
        self._done.append(now)
        return False


class YeastarS:
    """The API of the S-Series in front of an exchange."""

    def __init__(
        self,
        exchange: Exchange,
        sessions: Sessions,
        identity: Identity,
        switches: Switches,
        clock: Clock,
        versions: Collection[str],
    ) -> None:
        """Put the API in front of an exchange."""
        self.exchange = exchange
        self.sessions = sessions
        self.identity = identity
        self.switches = switches
        self.clock = clock
        self.versions = expand(versions)
        self.v2 = sessions.v2
        self.calls = Calls(exchange, self.v2)
        self.applies = Throttle(clock, switches)
        self.updates = Throttle(clock, switches)
        self.unapplied: list[Callable[[], None]] = []
        self.chance = Chance(f"{identity.serial} downloads")
        # Until when each random string works, and for which download.
        self.randoms: dict[str, tuple[float, tuple[str, str, str]]] = {}
        # Told of each request, by its endpoint, and the answer to it.
        self.watchers: list[Callable[[str, Answer | File], None]] = []
        # Trunk, number and text of each message.
        self.messages: list[tuple[str, str, str]] = []

    def answer(
        self,
        method: str,
        version: str,
        endpoint: str,
        query: dict[str, str],
        raw_body: bytes,
        remote: str,
    ) -> Answer | File:
        """Return the answer to a request below /api/."""
        try:
            found = self._answer(method, version, endpoint, query, raw_body, remote)
        except Refused as refused:
            found = failure(refused.errno)
        for watcher in self.watchers:
            watcher(endpoint, found)
        return found

    def _answer(
        self,
        method: str,
        version: str,
        endpoint: str,
        query: dict[str, str],
        raw_body: bytes,
        remote: str,
    ) -> Answer | File:
        """Test in this order: version, method, name, token, endpoint, body (reference 9.2)."""
        if version not in self.versions:
            raise Refused("10003")
        found = self._endpoint(version, endpoint)
        if version == OPENVOX and query.get("type") != "json":
            raise Refused("20000")  # It would answer XML.
        get = self.switches.get_allowed or (found is not None and found.download)
        if method != "POST" and not (method == "GET" and get):
            raise Refused("20001")
        if not endpoint:
            raise Refused("20009")
        if endpoint == "login":
            body = Body.parse(raw_body)
            user, password = self.identity.username, self.identity.password
            return self.sessions.login(body, remote, version, user, password)
        if endpoint == "token/refresh" and self.v2.refresh_tokens:
            return self.sessions.refresh(Body.parse(raw_body))
        session = self.sessions.check(query, version)
        if found is None:
            raise Refused("10003")
        body = Body(dict(query), sent=True) if found.download else Body.parse(raw_body)
        return found.handler(self, session, body)

    def _endpoint(self, version: str, endpoint: str) -> v1.Endpoint | None:
        if version == V2:
            early = endpoint == "extension/query_call" and not self.v2.query_call
            return None if early else V2_ENDPOINTS.get(endpoint)
        found = v1.ENDPOINTS.get(endpoint)
        return None if found and ordered(version) < found.since else found
