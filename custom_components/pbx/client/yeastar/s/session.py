"""The one session with a PBX: login, token, heartbeat, lock-out."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from ...errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from ...pbx import ReportTarget
from . import errno
from .answers import Answer, error_code, succeeded, text
from .dialect import DIALECTS, Dialect
from .transport import Transport

LOCK_OUT: Final = 600.0
HEARTBEAT_AFTER: Final = 600.0
TELL_AGAIN_AFTER: Final = 30.0
LOGOUT_TIMEOUT: Final = 5.0
# Login and heartbeat must name a port even if nothing listens; the documented default.
NO_REPORT_PORT: Final = "8260"

_A_FILE: Final[Answer] = {"status": "Success"}


class Session:
    """Logs in when it has to, and never when that could do harm (reference, section 2).

    Times are in seconds of `clock`, which only ever goes forward.
    """

    def __init__(
        self,
        transport: Transport,
        username: str,
        password_md5: str,
        clock: Callable[[], float],
    ) -> None:
        """Begin without a token."""
        self._transport = transport
        self._username = username
        self._password_md5 = password_md5
        self._clock = clock
        self._token: str | None = None
        self._closed = False
        self._login_lock = asyncio.Lock()
        self._kept_alive_at = 0.0
        self._rejected = False
        self._locked_until: float | None = None
        # What the PBX speaks: a guess until the first login.
        self.dialect = DIALECTS[0]
        # Counts the logins, so that others notice when to read everything anew.
        self.generation = 0
        self.report_target: ReportTarget | None = None
        # What the PBX was told last, and from which of our addresses.
        self._told: tuple[ReportTarget | None, str] = (None, "")
        self._tell_after = clock()

    async def request(
        self, endpoint: str, body: dict[str, str] | None = None, *, acting: bool = False
    ) -> Answer:
        """Return the answer to a request that the PBX carried out.

        A dead token is replaced once and the request repeated once: the PBX refused
        it, so nothing was done (reference, section 2.4). Raises PbxRefused when the
        PBX says no, PbxUnreachable, and everything that `log_in` raises.
        """
        # Who acts does not wait for a heartbeat: a dead token shows by itself.
        if not acting:
            await self._keep_alive()

        def send(token: str) -> Awaitable[Answer]:
            return self._transport.post(
                self.dialect.version, endpoint, body or {}, token, acting=acting
            )

        return await self._carried_out(send, acting)

    async def download(
        self, endpoint: str, query: dict[str, str], write: Callable[[bytes], None]
    ) -> None:
        """Pass a file on in pieces (reference, section 3.11).

        Raises the same as `request`, and what `write` raises: PbxError's children.
        """

        async def send(token: str) -> Answer:
            answer = await self._transport.download(
                self.dialect.version, endpoint, query, token, write
            )
            return _A_FILE if answer is None else answer

        await self._carried_out(send, acting=False)

    async def _carried_out(
        self, send: Callable[[str], Awaitable[Answer]], acting: bool
    ) -> Answer:
        """Return the answer to what is sent with a live token, at most twice."""
        for _ in range(2):
            token = await self._live_token()
            try:
                answer = await send(token)
            except PbxWrongService as err:
                if err.reason is not WrongService.NOT_THE_API:
                    raise
                # It was the API at login, so it will be again.
                raise PbxUnreachable(
                    Unreachable.BAD_ANSWER, maybe_done=acting
                ) from None
            if succeeded(answer):
                return answer
            code = error_code(answer)
            if code == errno.LOCKED_OUT:
                raise self._lock_out()
            if code not in errno.TOKEN_DEAD:
                raise PbxRefused(errno.refusal_of(code), code)
            self._drop(token)
        raise PbxUnreachable(Unreachable.BAD_ANSWER)

    async def log_in(self) -> None:
        """Make sure there is a token (reference, section 2.1).

        Raises PbxLoginRejected and PbxLockedOut, both also without asking the PBX
        again when it is known already; PbxRefused, PbxWrongService, PbxUnreachable
        and PbxNotTrusted.
        """
        await self._live_token()

    async def log_out(self) -> None:
        """Give the token back, if there is one and the PBX still listens (2.4).

        What is under way then does not log in again.
        """
        self._closed = True
        with suppress(PbxError, TimeoutError):
            async with asyncio.timeout(LOGOUT_TIMEOUT), self._login_lock:
                token, self._token = self._token, None
                if token is not None:
                    await self._transport.post(
                        self.dialect.version, "logout", {}, token
                    )

    async def _live_token(self) -> str:
        """Return the token, by a new login only when there is none."""
        async with self._login_lock:
            if self._token is None:
                if self._closed:
                    raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
                if self._rejected:
                    raise PbxLoginRejected
                self._raise_if_locked_out()
                self._token = await self._find_dialect_and_log_in()
                self._kept_alive_at = self._clock()
                self.generation += 1
            return self._token

    def _drop(self, token: str) -> None:
        """Forget a dead token, unless another request has replaced it already."""
        if self._token == token:
            self._token = None

    def _lock_out(self) -> PbxLockedOut:
        """Note that the PBX blocks us, and return the error (section 2.5)."""
        self._locked_until = self._clock() + LOCK_OUT
        return PbxLockedOut(LOCK_OUT)

    def _raise_if_locked_out(self) -> None:
        """Keep quiet for as long as the PBX blocks us."""
        if self._locked_until is None:
            return
        rest = self._locked_until - self._clock()
        if rest > 0:
            raise PbxLockedOut(rest)
        self._locked_until = None

    async def _find_dialect_and_log_in(self) -> str:
        """Log in with the version that worked last, or with the next that works."""
        others = (dialect for dialect in DIALECTS if dialect is not self.dialect)
        for dialect in (self.dialect, *others):
            try:
                token = await self._try_login(dialect)
            except PbxWrongService as err:
                if err.reason is not WrongService.NOT_THE_API:
                    raise
            else:
                self.dialect = dialect
                return token
        if self.generation:
            # It was the API before; perhaps it is just starting.
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        raise PbxWrongService(WrongService.NOT_THE_API)

    async def _try_login(self, dialect: Dialect) -> str:
        """Log in with one version of the API, and return the token."""
        target = self.report_target
        answer = await self._transport.post(
            dialect.version,
            "login",
            {
                "username": self._username,
                "password": self._password_md5,
                **_report_fields(target, dialect),
            },
        )
        if succeeded(answer):
            token = text(answer.get("token"))
            if not token:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            self._told = (target, self._transport.local_ip)
            if target and target.host and dialect.report_format is None:
                # Such a login cannot name a host, the first heartbeat can.
                self._told = (None, "")
            return token
        if "status" not in answer:
            # JSON, but another API's: the P-Series says `errcode`.
            raise PbxWrongService(WrongService.NOT_THE_API)
        match error_code(answer):
            case code if code in errno.LOGIN_REJECTED:
                self._rejected = True
                raise PbxLoginRejected
            case errno.LOCKED_OUT:
                raise self._lock_out()
            case code if code in errno.API_NOT_RUNNING:
                raise PbxWrongService(WrongService.API_OFF)
            case errno.UNKNOWN_REQUEST:
                raise PbxWrongService(WrongService.NOT_THE_API)
            case code:
                raise PbxRefused(errno.refusal_of(code), code)

    async def _keep_alive(self) -> None:
        """Send a heartbeat when the token could otherwise die (section 2.4).

        Or when the PBX reports to where it should not any more. Whatever comes of it,
        the request it precedes finds out what that means.
        """
        token, now = self._token, self._clock()
        told = (self.report_target, self._transport.local_ip)
        due = now - self._kept_alive_at > HEARTBEAT_AFTER
        news = told != self._told and now >= self._tell_after
        if token is None or not (due or news):
            return
        before, self._told = self._told, told
        self._kept_alive_at = now
        host = self.report_target.host if self.report_target else None
        fields = _report_fields(self.report_target, self.dialect)
        if "urltag" in fields:
            fields["urlflag"] = fields["urltag"]  # what the K2 calls it
        try:
            answer = await self._transport.post(
                self.dialect.version,
                "heartbeat",
                {"ipaddr": host or self._transport.local_ip, **fields},
                token,
            )
        except PbxError:
            # Perhaps the PBX does not know a new address now: tell it soon.
            self._told, self._tell_after = before, now + TELL_AGAIN_AFTER
            return
        if error_code(answer) in errno.TOKEN_DEAD:
            self._drop(token)


def _report_fields(target: ReportTarget | None, dialect: Dialect) -> dict[str, str]:
    """Return how login and heartbeat say where to report to (section 2.3).

    Left out of a heartbeat, the device falls back to its defaults, so it gets all.
    """
    fields = {} if dialect.report_format is None else {"version": dialect.report_format}
    if target is None:
        return {"port": NO_REPORT_PORT, **fields}
    fields |= {"port": str(target.port), "url": target.path}
    if dialect.report_format is not None:
        fields["urltag"] = "0" if target.host is None else "1"
        if target.host is not None:
            fields["url"] = target.url("").removeprefix("http://")
    return fields
