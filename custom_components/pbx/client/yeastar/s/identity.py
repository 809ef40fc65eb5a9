"""The identity of the PBX that answers at an address."""

from typing import Final

from ...model import PbxInfo
from .answers import pbx_info
from .session import Session

DEVICE_INFO: Final = "deviceinfo/query"


class Identity:
    """The identity of the PBX, read once after each login.

    The address may belong to another device then, or the firmware may be new.
    """

    def __init__(self, session: Session) -> None:
        """Initialize without an identity."""
        self._session = session
        self._info: PbxInfo | None = None
        self._generation = 0

    @property
    def serial_number(self) -> str:
        """Return the serial number of the PBX, blank before it was read."""
        return "" if self._info is None else self._info.serial_number

    async def read(self) -> PbxInfo:
        """Log in if necessary, and return the identity (reference, section 3.2).

        New firmware may have a newer version of the API, so that is found anew then.
        """
        await self._session.log_in()
        # A login while it is read may have reached another PBX.
        generation = self._session.generation
        if self._info is None or self._generation != generation:
            known, info = self._info, await self._ask()
            if known is not None and known.firmware_version != info.firmware_version:
                await self._session.find_version()
                generation = self._session.generation
                info = await self._ask()
            self._info, self._generation = info, generation
        return self._info

    async def _ask(self) -> PbxInfo:
        """Return the identity that the PBX tells."""
        answer = await self._session.request(DEVICE_INFO)
        return pbx_info(answer, self._session.dialect)
