"""Which snapshots are believed."""

from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..client.board.switchboard import Switchboard
from ..client.pbx import Address
from ..client.snapshot import Snapshot
from ..const import DOMAIN


def check_snapshot(
    snapshot: Snapshot, serial_number: str, board: Switchboard, address: Address
) -> None:
    """Raise the sentence for a snapshot that is another PBX's, or says nothing."""
    if snapshot.info.serial_number != serial_number:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="wrong_pbx",
            translation_placeholders={
                "address": address.url,
                "expected": serial_number,
                "found": snapshot.info.serial_number,
            },
        )
    # No office deletes all its extensions at once; a PBX that is starting says so.
    if not snapshot.extensions and board.known:
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="empty_list",
            translation_placeholders={"address": address.url},
        )
