"""Login, tokens, lock-out: reference 2."""

from collections import deque
from dataclasses import dataclass, replace
import hashlib
import hmac

from tests.simulator.chance import Chance
from tests.simulator.clock import Clock
from tests.simulator.switches import Switches

from .answers import Answer, Refused, success
from .request import Body
from .v2.switches import V2Switches
from .versions import V2, ordered

SESSIONS_LIMIT = 1000
OLD_TOKENS_LIMIT = 10_000


@dataclass(slots=True)
class Session:
    """One login: its token and where its reports go."""

    token: str
    remote: str
    report_format: str
    target: str | None
    port: int | None
    used: float
    version: str
    refresh: str = ""


@dataclass(slots=True)
class Failures:
    """The failed logins of one source address."""

    count: int = 0
    locked_at: float | None = None


def port_of(text: str) -> int | None:
    """Return a port number, None when it is none."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    return None


def report_target(ip: str, port: int, url: str, absolute: bool) -> str:
    """Return the address that reports go to (reference 2.3)."""
    if absolute and url:
        return url if url.startswith("http://") else f"http://{url}"
    host = f"[{ip}]" if ":" in ip else ip
    return f"http://{host}:{port}/{url.lstrip('/')}"


class Sessions:
    """Who is logged in."""

    def __init__(self, clock: Clock, switches: Switches, seed: int) -> None:
        """Begin with nobody."""
        self._clock = clock
        self._switches = switches
        self._random = Chance(f"{seed} tokens")
        self._failures: dict[str, Failures] = {}
        self.v2 = V2Switches()
        self.live: dict[str, Session] = {}
        self.refreshable: dict[str, Session] = {}
        self.expired: deque[str] = deque(maxlen=OLD_TOKENS_LIMIT)
        self.issued: deque[str] = deque(maxlen=OLD_TOKENS_LIMIT)
        self.remembered: list[Session] = []

    # -- tokens

    def check(self, query: dict[str, str], version: str) -> Session:
        """Return the session of a request and let its token live on; raise Refused else."""
        token = query.get("token", "")
        if not token:
            raise Refused("20005")
        self.expire()
        session = self.live.get(token)
        if session is not None and (
            self.v2.token_of_any_version or session.version == version
        ):
            session.used = self._clock.now()
            return session
        raise Refused(
            self._switches.expired_token_errno if token in self.expired else "20004"
        )

    def expire(self) -> None:
        """Forget the sessions that were silent for too long."""
        limit = self._clock.now() - self._switches.token_lifetime
        for token, session in list(self.live.items()):
            if session.used <= limit:
                del self.live[token]
                self.expired.append(token)

    def expire_all(self) -> None:
        """Let every token time out now."""
        self.expired.extend(self.live)
        self.live.clear()

    def restart(self) -> None:
        """Forget every token, as a PBX does that starts anew; keep the targets for BootUp."""
        self.expire()
        self.remembered = list(self.live.values()) or self.remembered
        self.live.clear()
        self.refreshable.clear()
        self.expired.clear()
        self._failures.clear()

    # -- login, heartbeat, logout

    def locked(self, remote: str) -> bool:
        """Return whether a source address is locked out (reference 2.5)."""
        failures = self._failures.get(remote)
        if failures is None or failures.locked_at is None:
            return False
        if self._clock.now() - failures.locked_at >= self._switches.lockout_seconds:
            del self._failures[remote]
            return False
        return True

    def unlock(self) -> None:
        """Delete every blocked address, as the administrator can (reference 2.5)."""
        self._failures.clear()

    def login(
        self, body: Body, remote: str, version: str, username: str, password: str
    ) -> Answer:
        """Check the credentials and give a token (reference 2.1)."""
        sent_name, sent_md5 = body.required("username"), body.required("password")
        if self.locked(remote):
            raise Refused("20002")
        expected = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
        same = hmac.compare_digest(sent_md5.encode(), expected.encode())
        if sent_name != username or not same:
            failures = self._failures.setdefault(remote, Failures())
            failures.count += 1
            if failures.count >= self._switches.lockout_failures:
                failures.locked_at = self._clock.now()
            raise Refused("20003")
        port = self._port(body, "20008", required=self._switches.port_required)
        self._failures.pop(remote, None)
        if self._switches.single_session:
            self.live.clear()
        old = self._old(version)
        target = None
        if port is not None:
            absolute = not old and body.optional("urltag") == "1"
            target = report_target(remote, port, body.optional("url"), absolute)
        token = self._random.randbytes(16).hex()
        form = "legacy" if old else self._format(body.optional("version"), version)
        session = Session(token, remote, form, target, port, self._clock.now(), version)
        return self._given(session)

    def _given(self, session: Session) -> Answer:
        """Return the tokens of a new session."""
        token = session.token
        self.live[token] = session
        self.issued.append(token)
        if len(self.live) > SESSIONS_LIMIT:
            self.live.pop(next(iter(self.live)))
        if not self.v2.refresh_tokens:
            return success(token=token)
        session.refresh = self._random.randbytes(16).hex()
        self.issued.append(session.refresh)
        self.refreshable[session.refresh] = session
        return success(token=token, refreshtoken=session.refresh)

    def refresh(self, body: Body) -> Answer:
        """Give new tokens for a refresh token, which works once (reference 2.4)."""
        session = self.refreshable.pop(body.required("refreshtoken"), None)
        if session is None:
            raise Refused("20004")
        self.live.pop(session.token, None)
        token = self._random.randbytes(16).hex()
        return self._given(replace(session, token=token, used=self._clock.now()))

    def heartbeat(self, session: Session, body: Body) -> Answer:
        """Set anew where reports go (reference 2.4); without `url` that is the root."""
        if self._switches.heartbeat_requires_address:
            if "ipaddr" not in body or "port" not in body:
                raise Refused("20011")
        port = self._port(body, "20011", required=False) or session.port
        old = self._old(session.version)
        absolute = not old and body.optional("urltag", body.optional("urlflag")) == "1"
        address = body.optional("ipaddr") or session.remote
        if port is not None:
            session.port = port
            session.target = report_target(
                address, port, body.optional("url"), absolute
            )
        if session.version == V2:
            # Left out, it is the first one (2.4).
            session.report_format = self._format(body.optional("version"), V2)
        return success()

    def logout(self, session: Session) -> Answer:
        """Delete the token."""
        self.live.pop(session.token, None)
        self.refreshable.pop(session.refresh, None)
        return success()

    # -- reports

    def targets(self) -> list[Session]:
        """Return the sessions that get reports, one for each target (reference 2.6)."""
        self.expire()
        sessions = [
            session for session in self.live.values() if session.target is not None
        ]
        if self._switches.reports_to == "last_login":
            return sessions[-1:]
        return self._distinct(sessions)

    def boot_targets(self) -> list[Session]:
        """Return who had a token when the PBX went down."""
        if not self._switches.boot_report:
            return []
        return self._distinct([s for s in self.remembered if s.target is not None])

    def _distinct(self, sessions: list[Session]) -> list[Session]:
        if self._switches.duplicate_targets:
            return sessions
        return list({(s.target, s.report_format): s for s in sessions}.values())

    def _old(self, version: str) -> bool:
        """Return whether the version predates `urltag` and `version` (reference 2.1)."""
        return self._switches.old_login_fields and ordered(version) < (1, 0, 2)

    def _port(self, body: Body, errno: str, *, required: bool) -> int | None:
        if not body.optional("port"):
            if required or "port" in body:
                raise Refused(errno)
            return None
        port = port_of(body.optional("port"))
        if port is None:
            raise Refused(errno)
        return port

    def _format(self, version: str, api: str) -> str:
        """Return the report format that a login's `version` selects (reference 2.2)."""
        if version in ("", "1.0.0"):
            return "legacy"
        if version == "2.0.0" and api == V2:
            return version
        return version if version == "1.0.2" else self._switches.odd_report_format
