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
from ..values import Answer, text
from . import errno
from .answers import error_code, succeeded
from .dialect import DIALECTS, Dialect
from .transport import Transport

LOCK_OUT: Final = 600.0
HEARTBEAT_AFTER: Final = 600.0
# A token with a refresh token is replaced within the 30 minutes that it lasts.
REFRESH_AFTER: Final = 1500.0
TELL_AGAIN_AFTER: Final = 30.0
LOGOUT_TIMEOUT: Final = 5.0
# Login and heartbeat must name a port even without a listener: the documented default.
NO_REPORT_PORT: Final = "8260"

_A_FILE: Final[Answer] = {"status": "Success"}


class Session:
    """The API session: logs in on demand, but never during a lock-out (section 2).

    Rejected credentials are not sent again either. Times are seconds of `clock`, which
    must be monotonic.
    """

    def __init__(
        self,
        transport: Transport,
        username: str,
        password_md5: str,
        clock: Callable[[], float],
    ) -> None:
        """Initialize without a token."""
        self._transport = transport
        self._username = username
        self._password_md5 = password_md5
        self._clock = clock
        self._token: str | None = None
        self._refresh_token = ""
        self._refreshed_at = 0.0
        self._closed = False
        self._login_lock = asyncio.Lock()
        self._kept_alive_at = 0.0
        self._rejected = False
        self._locked_until: float | None = None
        # The newest dialect is assumed until the first login.
        self.dialect = DIALECTS[0]
        # Counts the logins: after each, everything read before must be read again.
        self.generation = 0
        self.report_target: ReportTarget | None = None
        # The report target that the PBX was told last, and our own address at that time.
        self._told: tuple[ReportTarget | None, str] = (None, "")
        self._tell_after = clock()

    async def request(
        self,
        endpoint: str,
        body: dict[str, str] | None = None,
        *,
        acting: bool = False,
        v1: bool = False,
    ) -> Answer:
        """Return the answer to a request that the PBX carried out.

        An expired token is replaced once and the request repeated once: the PBX refused
        it, so nothing was done (reference, section 2.4). `acting` marks a request that
        changes something on the PBX, `v1` one that only the manual of version 1
        describes. Raises PbxRefused, PbxUnreachable, and the errors of `log_in`.
        """
        # A heartbeat would delay an action; an expired token is noticed by its refusal.
        if not acting:
            await self._keep_alive()

        def send(dialect: Dialect, token: str) -> Awaitable[Answer]:
            return self._post(dialect, endpoint, body or {}, token, acting=acting)

        return await self._carried_out(send, acting, v1)

    async def download(
        self, endpoint: str, query: dict[str, str], write: Callable[[bytes], None]
    ) -> None:
        """Pass a file on in pieces (reference, section 3.11).

        Raises the same as `request`, and the errors of `write`, which may raise
        PbxError only.
        """

        async def send(dialect: Dialect, token: str) -> Answer:
            fields = {**query, **dialect.query, "token": token}
            version = dialect.version
            answer = await self._transport.download(version, endpoint, fields, write)
            return _A_FILE if answer is None else answer

        await self._carried_out(send, acting=False, v1=True)

    async def _post(
        self,
        dialect: Dialect,
        endpoint: str,
        body: dict[str, str],
        token: str | None = None,
        *,
        acting: bool = False,
    ) -> Answer:
        """Send one request in a dialect, and return the answer."""
        query = (
            {**dialect.query} if token is None else {**dialect.query, "token": token}
        )
        return await self._transport.post(
            dialect.version, endpoint, body, query, acting=acting
        )

    async def _carried_out(
        self, send: Callable[[Dialect, str], Awaitable[Answer]], acting: bool, v1: bool
    ) -> Answer:
        """Send with a valid token, at most twice, and return the successful answer."""
        await self._live_token()
        dialect = self.dialect
        for _ in range(2):
            token = await self._live_token()
            if self.dialect.whole_calls is not dialect.whole_calls:
                break  # The request was made for another version than the PBX has now.
            dialect = self.dialect
            try:
                answer = await send((dialect.older if v1 else None) or dialect, token)
            except PbxWrongService as err:
                if err.reason is not WrongService.NOT_THE_API:
                    raise
                # It was the API at login: this is a passing failure.
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
        """Log in unless there is a token already (reference, section 2.1).

        Raises PbxLoginRejected and PbxLockedOut, both without a request when they are
        known already; PbxRefused, PbxWrongService, PbxUnreachable and PbxNotTrusted.
        """
        await self._live_token()

    async def log_out(self) -> None:
        """Return the token to the PBX, if there is one (section 2.4). Raises nothing.

        Requests under way, and those that follow, do not log in again.
        """
        self._closed = True
        with suppress(PbxError, TimeoutError):
            async with asyncio.timeout(LOGOUT_TIMEOUT), self._login_lock:
                await self._return_token()

    async def _return_token(self) -> None:
        """Return the token to the PBX, if there is one."""
        token, self._token, self._refresh_token = self._token, None, ""
        if token is not None:
            await self._post(self.dialect, "logout", {}, token)

    async def find_version(self) -> None:
        """Log in again, with the newest version that the PBX has now.

        Raises the errors of `log_in`.
        """
        async with self._login_lock:
            with suppress(PbxError):
                await self._return_token()
            self.dialect = DIALECTS[0]
        await self.log_in()

    async def _live_token(self) -> str:
        """Return the token; log in when there is none."""
        async with self._login_lock:
            if self._token is None:
                if self._closed:
                    raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
                if self._rejected:
                    raise PbxLoginRejected
                self._raise_if_locked_out()
                if await self._refreshed() is None:
                    await self._find_dialect_and_log_in()
                    self.generation += 1
            if self._token is None:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            return self._token

    def _keep(self, answer: Answer) -> str | None:
        """Store the tokens of an answer, and return the one for requests, if any."""
        if token := text(answer.get("token")):
            self._token = token
            self._refresh_token = text(answer.get("refreshtoken"))
            self._kept_alive_at = self._refreshed_at = self._clock()
        return token or None

    async def _refreshed(self) -> str | None:
        """Return a token in exchange for the refresh token, None if there is none.

        A refresh token works once, and only some PBXs have them (section 2.4).
        """
        if not self._refresh_token:
            return None
        body = {"refreshtoken": self._refresh_token}
        try:
            answer = await self._post(self.dialect, "token/refresh", body)
        except PbxWrongService:
            answer = {}
        self._refresh_token = ""
        if error_code(answer) == errno.LOCKED_OUT:
            raise self._lock_out()
        token = self._keep(answer) if succeeded(answer) else None
        if token is not None:
            # Whether the report target outlives the old token is not documented.
            self._told = (None, "")
        return token

    def _drop(self, token: str) -> None:
        """Drop an expired token, unless another request has replaced it already."""
        if self._token == token:
            self._token = None

    def _lock_out(self) -> PbxLockedOut:
        """Start the time of a lock-out, and return its error (section 2.5)."""
        self._locked_until = self._clock() + LOCK_OUT
        return PbxLockedOut(LOCK_OUT)

    def _raise_if_locked_out(self) -> None:
        """Raise PbxLockedOut during a lock-out: each further login would prolong it."""
        if self._locked_until is None:
            return
        rest = self._locked_until - self._clock()
        if rest > 0:
            raise PbxLockedOut(rest)
        self._locked_until = None

    async def _find_dialect_and_log_in(self) -> None:
        """Log in with the version that worked last, else with the newest that works."""
        others = (dialect for dialect in DIALECTS if dialect is not self.dialect)
        answer = ""
        for dialect in (self.dialect, *others):
            try:
                await self._try_login(dialect)
            except PbxWrongService as err:
                if err.reason is not WrongService.NOT_THE_API:
                    raise
                answer = err.answer
            else:
                self.dialect = dialect
                return
        if self.generation:
            # It was the API before; the PBX may be starting.
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        raise PbxWrongService(WrongService.NOT_THE_API, answer)

    async def _try_login(self, dialect: Dialect) -> None:
        """Log in with one version of the API, and keep the tokens."""
        target = self.report_target
        answer = await self._post(
            dialect,
            "login",
            {
                "username": self._username,
                "password": self._password_md5,
                **_report_fields(target, dialect),
            },
        )
        if succeeded(answer):
            if (token := self._keep(answer)) is None:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            if dialect.needs:
                await self._check_needs(dialect, token)
            self._told = (target, self._transport.local_ip)
            if target and target.host and dialect.report_format is None:
                # In these versions only the heartbeat can name a host, not the login.
                self._told = (None, "")
            return
        if "status" not in answer:
            # JSON of another API: the P-Series has `errcode` instead.
            raise PbxWrongService(WrongService.NOT_THE_API, "JSON")
        match error_code(answer):
            case code if code in errno.LOGIN_REJECTED:
                self._rejected = True
                raise PbxLoginRejected
            case errno.LOCKED_OUT:
                raise self._lock_out()
            case code if code in errno.API_NOT_RUNNING:
                raise PbxWrongService(WrongService.API_OFF)
            case errno.UNKNOWN_REQUEST:
                raise PbxWrongService(WrongService.NOT_THE_API, "JSON")
            case code:
                raise PbxRefused(errno.refusal_of(code), code)

    async def _check_needs(self, dialect: Dialect, token: str) -> None:
        """Return the token and raise PbxWrongService if an endpoint does not exist."""
        missing = True
        try:
            body = {dialect.extension_id: "all"}
            answer = await self._post(dialect, dialect.needs, body, token)
            missing = error_code(answer) in errno.NO_SUCH_REQUEST
        except PbxWrongService:
            pass
        except PbxError:
            self._token, self._refresh_token = None, ""
            raise
        if missing:
            self._token, self._refresh_token = None, ""
            with suppress(PbxError):
                await self._post(dialect, "logout", {}, token)
            raise PbxWrongService(WrongService.NOT_THE_API, "JSON")

    async def _keep_alive(self) -> None:
        """Send a heartbeat before the token would expire (section 2.4).

        One is also sent when the report target or our own address has changed. A
        failure is ignored: the request that follows fails with the proper error.
        """
        await self._refresh_in_time()
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
            fields["urlflag"] = fields["urltag"]  # the name of the field on a K2
        try:
            answer = await self._post(
                self.dialect,
                "heartbeat",
                {"ipaddr": host or self._transport.local_ip, **fields},
                token,
            )
        except PbxError:
            # The PBX may not have received a new report target: send it again soon.
            self._told, self._tell_after = before, now + TELL_AGAIN_AFTER
            return
        if error_code(answer) in errno.TOKEN_DEAD:
            self._drop(token)

    async def _refresh_in_time(self) -> None:
        """Replace a token before it ends, where the PBX gave a refresh token.

        A failure is ignored: the token lives on, or its end is noticed by a refusal.
        """
        if self._refresh_token and self._clock() - self._refreshed_at > REFRESH_AFTER:
            async with self._login_lock:
                with suppress(PbxError):
                    self._refreshed_at = self._clock()
                    await self._refreshed()


def _report_fields(target: ReportTarget | None, dialect: Dialect) -> dict[str, str]:
    """Return the fields of login and heartbeat for the report target (section 2.3).

    A heartbeat needs all of them: the device resets those left out to its defaults.
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
