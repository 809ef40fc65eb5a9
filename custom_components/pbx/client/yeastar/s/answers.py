"""Parsing of the PBX's answers; no field is trusted to have its documented type."""

from ...errors import PbxUnreachable, Unreachable
from ...model import Extension, ExtensionStatus, PbxInfo, Trunk, TrunkStatus
from ..member_words import objects
from ..values import Answer, UnknownWords, text
from .dialect import STATUS_WORDS, TRUNK_WORDS, Dialect

unknown_words = UnknownWords("extension")
unknown_trunk_words = UnknownWords("trunk")


def succeeded(answer: Answer) -> bool:
    """Return whether the PBX carried out the request; only one word says so (1.3)."""
    return answer.get("status") == "Success"


def error_code(answer: Answer) -> int | None:
    """Return the error code of an answer, None when it has none (section 1.3)."""
    try:
        return int(text(answer.get("errno")))
    except ValueError:
        return None


def pbx_info(answer: Answer, dialect: Dialect) -> PbxInfo:
    """Return the identity of the PBX (reference, section 3.2).

    Raises PbxUnreachable when there is no serial number, which is the only means to
    tell PBXs apart.
    """
    info = answer.get("deviceinfo")
    if not isinstance(info, dict) or not (serial_number := text(info.get("sn"))):
        raise PbxUnreachable(Unreachable.BAD_ANSWER)
    return PbxInfo(
        serial_number=serial_number,
        name=text(info.get("devicename")) or f"{dialect.manufacturer} {dialect.model}",
        manufacturer=dialect.manufacturer,
        model=dialect.model,
        hardware_version=text(info.get("hardwarever")) or None,
        firmware_version=text(info.get("firmwarever")) or None,
        api_version=dialect.version,
    )


class ExtensionList:
    """A parser of the list of extensions (section 3.3) that skips unchanged items."""

    def __init__(self) -> None:
        """Initialize without a previous list."""
        self._items: list[object] = []
        self._read: list[Extension | None] = []
        self._found: tuple[Extension, ...] = ()
        self._complete = True

    def read(
        self, answer: Answer, dialect: Dialect
    ) -> tuple[tuple[Extension, ...], bool]:
        """Return the extensions of a list, and whether every item was understood.

        Of items with the same number, the first counts. Raises PbxUnreachable when the
        answer has no list.
        """
        items = answer.get("extlist")
        if not isinstance(items, list):
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        if items != self._items:
            if len(items) == len(self._items):
                pairs = zip(items, self._items, self._read, strict=True)
                read = [
                    known if item == before else _extension(item, dialect)
                    for item, before, known in pairs
                ]
            else:
                read = [_extension(item, dialect) for item in items]
            understood = [extension for extension in read if extension is not None]
            found: dict[str, Extension] = {}
            for extension in understood:
                found.setdefault(extension.number, extension)
            self._items, self._read = items, read
            self._found = tuple(found.values())
            self._complete = len(understood) == len(items)
        return self._found, self._complete


def _extension(item: object, dialect: Dialect) -> Extension | None:
    """Return the extension of one item, None when it has no valid number."""
    if not isinstance(item, dict):
        return None
    number = text(item.get(dialect.extension_number))
    # A dial string is ASCII: any other number was damaged.
    if not number or not number.isascii():
        return None
    return Extension(
        number=number,
        name=text(item.get("username")),
        status=extension_status(text(item.get("status"))),
        type=text(item.get("type")) or None,
        port=text(item.get("port")) or None,
    )


def extension_status(word: str) -> ExtensionStatus | None:
    """Return the status for a word, None for an unknown one (reference, section 6.1)."""
    status = STATUS_WORDS.get(word.lower())
    if status is None:
        unknown_words.log(word)
    return status


def trunks(answer: Answer) -> tuple[Trunk, ...] | None:
    """Return the trunks of a list, each name once, None without a list (3.7)."""
    items = answer.get("trunklist")
    if not isinstance(items, list):
        return None
    found: dict[str, Trunk] = {}
    for item in objects(items):
        if name := text(item.get("trunkname")):
            found.setdefault(
                name,
                Trunk(
                    name,
                    text(item.get("type")) or None,
                    _trunk_status(text(item.get("status"))),
                    text(item.get("port")) or None,
                ),
            )
    return tuple(found.values())


def _trunk_status(word: str) -> TrunkStatus | None:
    """Return the status of a trunk by its status word (section 6.2)."""
    lower = word.lower()
    for beginning, status in TRUNK_WORDS.items():
        if lower.startswith(beginning):
            return status
    # "Unknown" is itself a status word of the PBX.
    if lower != "unknown":
        unknown_trunk_words.log(word)
    return None
