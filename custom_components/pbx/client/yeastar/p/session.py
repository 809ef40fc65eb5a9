"""The one session with a PBX: its tokens, and the blocking of failed logins."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ...errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
    WrongService,
)
from ..values import Answer, integer, text
from . import errcode
from .transport import OpenApiTransport, error_code

# Seconds. The PBX blocks an address for about ten minutes (reference, section 2.4).
BLOCKED_FOR: Final = 660.0
# All tokens of the PBX are in use; one expires after at most 30 minutes.
TOKENS_WAIT: Final = 300.0
# A token is renewed after this part of its life: 25 of 30 minutes.
RENEW_AFTER: Final = 5 / 6
LOGOUT_TIMEOUT: Final = 5.0
_LIFETIME: Final = 1800


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token, when to renew it and when it ends, and its refresh token.

    Times are seconds of the clock.
    """

    access: str
    renew_at: float
    until: float
    refresh: str


class TokenSession:
    """The API session: logs in on demand, but never while the PBX blocks the address.

    Rejected credentials are not sent again either. Times are seconds of `clock`, which
    must be monotonic. `generation` counts the logins.
    """

    def __init__(
        self,
        transport: OpenApiTransport,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float],
    ) -> None:
        """Initialize without tokens."""
        self._transport = transport
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._tokens: Tokens | None = None
        self._lock = asyncio.Lock()
        self._closed = False
        self._rejected = False
        self._blocked_until: float | None = None
        self._full_until: float | None = None
        self.generation = 0

    async def request(
        self,
        endpoint: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        acting: bool = False,
    ) -> Answer:
        """Return the answer to a request that the PBX carried out.

        An expired token is replaced once and the request repeated once: the PBX refused
        it, so nothing was done (reference, section 8.2). Raises PbxRefused,
        PbxUnreachable, and the errors of `token`.
        """
        for _ in range(2):
            token = await self.token()
            try:
                answer = await self._transport.send(
                    endpoint,
                    {"access_token": token, **(query or {})},
                    body,
                    acting=acting,
                )
            except PbxWrongService as err:
                if err.reason is not WrongService.NOT_THE_API:
                    raise
                # It was the API at login: this is a passing failure.
                raise PbxUnreachable(
                    Unreachable.BAD_ANSWER, maybe_done=acting
                ) from None
            code = error_code(answer)
            if code == errcode.SUCCESS:
                return answer
            if code == errcode.TOKEN_DEAD:
                self._drop(token)
                continue
            raise self._failure(code)
        raise PbxUnreachable(Unreachable.BAD_ANSWER)

    async def token(self) -> str:
        """Return a token that is valid for some time; log in when there is none.

        Raises PbxLoginRejected and PbxLockedOut, both without a request when they are
        known already; PbxRefused, PbxWrongService, PbxUnreachable and PbxNotTrusted.
        """
        async with self._lock:
            tokens = self._tokens
            if tokens is None or self._clock() >= tokens.until:
                tokens = await self._renew(tokens)
            return tokens.access

    async def renewed_token(self) -> str:
        """Return a token after renewing it, if it expires soon."""
        async with self._lock:
            tokens = self._tokens
            if tokens is None or self._clock() >= tokens.renew_at:
                tokens = await self._renew(tokens)
            return tokens.access

    @property
    def renewal_in(self) -> float:
        """Return the seconds until the token should be renewed."""
        if self._tokens is None:
            return 0.0
        return max(0.0, self._tokens.renew_at - self._clock())

    async def log_out(self) -> None:
        """Return the token to the PBX, if there is one (section 2.3). Raises nothing.

        Requests under way, and those that follow, do not log in again.
        """
        self._closed = True
        with suppress(PbxError, TimeoutError):
            async with asyncio.timeout(LOGOUT_TIMEOUT), self._lock:
                tokens, self._tokens = self._tokens, None
                if tokens is not None:
                    query = {"access_token": tokens.access}
                    await self._transport.send("del_token", query, None)

    def _drop(self, token: str) -> None:
        """Expire the access token, unless it was replaced already."""
        tokens, now = self._tokens, self._clock()
        if tokens is not None and tokens.access == token:
            self._tokens = Tokens("", now, now, tokens.refresh)

    async def _renew(self, tokens: Tokens | None) -> Tokens:
        """Return new tokens: by the refresh token, else by a login (section 2.2)."""
        if self._closed:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        if tokens is not None and tokens.refresh:
            answer = await self._transport.send(
                "refresh_token", {}, {"refresh_token": tokens.refresh}
            )
            self._tokens = self._read(answer)
            if self._tokens is not None:
                return self._tokens
        return await self._log_in()

    async def _log_in(self) -> Tokens:
        """Log in with the credentials (section 2.1)."""
        self._tokens = None
        if self._rejected:
            raise PbxLoginRejected
        now = self._clock()
        if self._blocked_until is not None and now < self._blocked_until:
            raise PbxLockedOut(self._blocked_until - now)
        if self._full_until is not None and now < self._full_until:
            raise PbxRefused(Refusal.TOO_OFTEN, errcode.TOO_MANY_TOKENS)
        answer = await self._transport.send(
            "get_token",
            {},
            {"username": self._client_id, "password": self._client_secret},
        )
        tokens = self._read(answer)
        if tokens is None:
            code = error_code(answer)
            if code == errcode.FAILURE:
                self._rejected = True
                raise PbxLoginRejected
            if code == errcode.TOO_MANY_TOKENS:
                self._full_until = now + TOKENS_WAIT
            if code == errcode.SUCCESS:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            raise self._failure(code)
        self._tokens = tokens
        self.generation += 1
        return tokens

    def _read(self, answer: Answer) -> Tokens | None:
        """Return the tokens of an answer, None if it has none."""
        access = text(answer.get("access_token"))
        if error_code(answer) != errcode.SUCCESS or not access:
            return None
        told = integer(answer.get("access_token_expire_time"))
        lifetime, now = told or _LIFETIME, self._clock()
        return Tokens(
            access,
            now + lifetime * RENEW_AFTER,
            now + lifetime,
            text(answer.get("refresh_token")),
        )

    def _failure(self, code: int | None) -> PbxError:
        """Return the error for an error code (reference, section 7)."""
        if code == errcode.ADDRESS_BLOCKED:
            self._blocked_until = self._clock() + BLOCKED_FOR
            return PbxLockedOut(BLOCKED_FOR)
        if code == errcode.API_OFF:
            return PbxWrongService(WrongService.API_OFF)
        return PbxRefused(errcode.refusal_of(code), code)
