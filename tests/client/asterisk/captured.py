"""Captured sessions of the manager interface, and tables of channels to replay them."""

from collections.abc import Iterator
from pathlib import Path

from custom_components.pbx.client.asterisk.channels import ChannelTable
from custom_components.pbx.client.asterisk.connection import Message, parse
from custom_components.pbx.client.asterisk.directory import Directory, ListedExtension
from custom_components.pbx.client.report import Report
from tests.asterisk.office import EXTENSIONS

CAPTURES = Path(__file__).parent / "captures"
IDLE = [{"Device": f"PJSIP/{number}", "State": "NOT_INUSE"} for number in EXTENSIONS]


def directory() -> Directory:
    """Return the extensions of the rig."""
    return Directory(
        {
            number: ListedExtension(number, name, (f"PJSIP/{number}",))
            for number, (name, _, _) in EXTENSIONS.items()
        },
        freepbx=True,
    )


def quiet_table() -> ChannelTable:
    """Return a table with all phones idle."""
    table = ChannelTable()
    table.directory = directory()
    table.take_list([], IDLE, 0.0)
    return table


def events(version: str, scene: str) -> Iterator[tuple[float, Message]]:
    """Iterate over the messages of a scene, with the seconds since its beginning."""
    text = (CAPTURES / version / f"{scene}.ami").read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        at, _, message = block.strip().partition("\n")
        if message:
            yield (
                float(at.removeprefix("# ")),
                parse(message.replace("\n", "\r\n").encode()),
            )


def replay(table: ChannelTable, version: str, scene: str) -> list[Report]:
    """Apply the messages of a scene to a table; return all its reports."""
    return [
        report
        for at, event in events(version, scene)
        for report in table.apply(event, at)
    ]
