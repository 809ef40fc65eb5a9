"""Versions 1.0.x and 1.1.0 of the API: calls are pieced together from what they tell."""

from typing import Final

from ....errors import PbxRefused
from ....model import Extension, ExtensionStatus
from ....report import Received
from ...values import Answer
from .. import answers, reports
from ..answers import ExtensionList
from ..identity import Identity
from ..session import Session
from . import lists
from .control import CallControl
from .found import FoundCall, PolledSnapshot, Ties

# The number of extensions that one poll queries for their own calls. Each answer has
# about forty settings, 1.2 kB: 60 kB at once, as much as the list of 500 extensions.
ASKED_AT_ONCE: Final = 50


class VersionOne(CallControl):
    """The calls of an S-Series PBX with version 1 of the API: reading and acting."""

    def __init__(self, session: Session, identity: Identity) -> None:
        """Initialize for the session with a PBX."""
        self._session = session
        self._identity = identity
        self._list = ExtensionList()
        # Extensions in use, with the number of the poll that last queried each.
        self._asked: dict[str, int] = {}
        self._polls = 0

    def parse(self, body: bytes) -> Received | None:
        """Return a parsed report (reference, section 5)."""
        return reports.parse(body)

    async def snapshot(self, *, trunks: bool) -> PolledSnapshot:
        """Read calls, extensions and trunks (reference, sections 3.3, 3.4, 3.7, 3.8).

        The list of extensions is read after the calls, so it is newer. Then all
        extensions in use are queried for their own calls.
        """
        dialect = self._session.dialect
        inbound = await self._optional("inbound/query")
        outbound = await self._optional("outbound/query")
        answer = await self._session.request(dialect.extension_list)
        extensions, complete = self._list.read(answer, dialect)
        # Most extensions are idle in most polls.
        others = [one for one in extensions if one.status is not ExtensionStatus.IDLE]
        calls = self._calls(inbound, outbound, extensions)
        ties = {} if calls is None else await self._ties(others)
        trunk_list = await self._optional(dialect.trunk_list) if trunks else {}
        return PolledSnapshot(
            # After a new login, it is another one.
            await self._identity.read(),
            extensions,
            complete,
            answers.trunks(trunk_list),
            calls=calls,
            ties=ties,
            # No report shows that a call is resumed (section 6.1).
            again_soon=any(one.status is ExtensionStatus.ON_HOLD for one in others),
        )

    def _calls(
        self, inbound: Answer, outbound: Answer, extensions: tuple[Extension, ...]
    ) -> tuple[FoundCall, ...] | None:
        """Return the calls on lines, None if the PBX has no such lists."""
        found = lists.inbound_calls(inbound)
        if found is not None:
            numbers = (
                {extension.number for extension in extensions}
                if outbound.get("outbound")
                else set()
            )
            found = lists.outbound_calls(outbound, numbers, found)
        return None if found is None else tuple(found)

    async def _ties(self, extensions: list[Extension]) -> dict[str, Ties]:
        """Read the own calls of extensions in use, in one request (section 3.4)."""
        asked = self._to_ask([one.number for one in extensions if one.in_use])
        if not asked:
            return {}
        settings = await self._optional("extension/query", {"extid": ",".join(asked)})
        return lists.ties(settings, self._session.dialect)

    def _to_ask(self, numbers: list[str]) -> list[str]:
        """Return the extensions to query now, limited, least recently queried first."""
        self._polls += 1
        self._asked = {number: self._asked.get(number, 0) for number in numbers}
        asked = sorted(numbers, key=self._asked.__getitem__)[:ASKED_AT_ONCE]
        self._asked.update(dict.fromkeys(asked, self._polls))
        return asked

    async def _optional(
        self, endpoint: str, body: dict[str, str] | None = None
    ) -> Answer:
        """Return an optional answer of a poll, empty if older firmware refuses it."""
        try:
            return await self._session.request(endpoint, body)
        except PbxRefused:
            return {}
