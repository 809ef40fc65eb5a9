"""The one session with a PBX: login, token, heartbeat, lock-out."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging
from typing import Final

from ..errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from . import errno
from .answers import Answer, error_code, text
from .dialect import VERSIONS
from .transport import Transport

_LOGGER = logging.getLogger(__name__)

LOCK_OUT: Final = 600.0
HEARTBEAT_AFTER: Final = 600.0
LOGOUT_TIMEOUT: Final = 5.0
# Login and heartbeat must name a port for reports; this is the documented default.
REPORT_PORT: Final = "8260"
REPORT_FORMAT: Final = "1.0.2"


class Session:
    """Logs in when it has to, and never when that could do harm (section 2).

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
        self._login_lock = asyncio.Lock()
        self._kept_alive_at = 0.0
        self._rejected = False
        self._locked_until: float | None = None
        self._version_found = False
        self.api_version = VERSIONS[0]
        # Counts the logins, so that others notice when to read everything anew.
        self.generation = 0

    async def request(
        self, endpoint: str, body: dict[str, str] | None = None, *, acting: bool = False
    ) -> Answer:
        """Return the answer to a request that the PBX carried out.

        A dead token is replaced once and the request repeated once: the PBX refused
        it, so nothing was done. Raises PbxRefused when the PBX says no, and the errors
        of `log_in` and of the transport.
        """
        await self._keep_alive()
        for _ in range(2):
            token = await self.log_in()
            try:
                answer = await self._transport.post(
                    self.api_version, endpoint, body or {}, token, acting=acting
                )
            except PbxWrongService as err:
                if err.reason is WrongService.NOT_THE_API:
                    # There was a session, so the API is there: it just stumbled.
                    raise PbxUnreachable(
                        Unreachable.BAD_ANSWER, maybe_done=acting
                    ) from None
                raise
            if answer.get("status") == "Success":
                return answer
            code = error_code(answer)
            if code not in errno.TOKEN_DEAD:
                raise PbxRefused(errno.refusal_of(code), code)
            self._drop(token)
        raise PbxUnreachable(Unreachable.BAD_ANSWER)

    async def log_in(self) -> str:
        """Return a token, by a new login only when there is none (section 2.1).

        Raises PbxLoginRejected, PbxLockedOut, PbxWrongService, PbxUnreachable and
        PbxNotTrusted.
        """
        async with self._login_lock:
            if self._token is None:
                if self._rejected:
                    raise PbxLoginRejected
                if self._locked_until is not None:
                    rest = self._locked_until - self._clock()
                    if rest > 0:
                        raise PbxLockedOut(rest)
                    self._locked_until = None
                self._token = await self._find_version_and_log_in()
                self._kept_alive_at = self._clock()
                self.generation += 1
            return self._token

    def _drop(self, token: str) -> None:
        """Forget a dead token, unless another request has replaced it already."""
        if self._token == token:
            self._token = None

    async def _find_version_and_log_in(self) -> str:
        """Log in with the version that worked before, or with the newest that works."""
        if self._version_found:
            candidates = (
                self.api_version,
                *(version for version in VERSIONS if version != self.api_version),
            )
        else:
            candidates = VERSIONS
        for version in candidates:
            try:
                token = await self._try_login(version)
            except PbxWrongService as err:
                if err.reason is not WrongService.NOT_THE_API:
                    raise
            else:
                self.api_version, self._version_found = version, True
                return token
        raise PbxWrongService(WrongService.NOT_THE_API)

    async def _try_login(self, version: str) -> str:
        """Log in with one version of the API, and return the token."""
        body = {
            "username": self._username,
            "password": self._password_md5,
            "port": REPORT_PORT,
        }
        if not version.startswith("v1.0"):
            body["version"] = REPORT_FORMAT
        answer = await self._transport.post(version, "login", body)
        if answer.get("status") == "Success":
            token = text(answer.get("token"))
            if not token:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            return token
        match error_code(answer):
            case errno.LOGIN_REJECTED:
                self._rejected = True
                raise PbxLoginRejected
            case errno.LOCKED_OUT:
                self._locked_until = self._clock() + LOCK_OUT
                raise PbxLockedOut(LOCK_OUT)
            case code if code in errno.API_NOT_RUNNING:
                raise PbxWrongService(WrongService.API_OFF)
            case errno.UNKNOWN_REQUEST:
                raise PbxWrongService(WrongService.NOT_THE_API)
            case code:
                raise PbxRefused(errno.refusal_of(code), code)

    async def _keep_alive(self) -> None:
        """Send a heartbeat when the token could otherwise die (section 2.4)."""
        token = self._token
        now = self._clock()
        if token is None or now - self._kept_alive_at < HEARTBEAT_AFTER:
            return
        self._kept_alive_at = now
        answer = await self._transport.post(
            self.api_version,
            "heartbeat",
            {
                "ipaddr": self._transport.local_ip or "0.0.0.0",
                "port": REPORT_PORT,
            },
            token,
        )
        if error_code(answer) in errno.TOKEN_DEAD:
            self._drop(token)

    async def log_out(self) -> None:
        """Give the token back, if there is one and the PBX still listens."""
        token, self._token = self._token, None
        if token is None:
            return
        with suppress(PbxError):
            await self._transport.post(
                self.api_version, "logout", {}, token, timeout=LOGOUT_TIMEOUT
            )
