"""The README and docs/: their examples, links, headings and tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
import re
from typing import Any, Final
from urllib.parse import unquote

from homeassistant.util.yaml import parse_yaml

ROOT: Final = Path(__file__).parents[2]
# Addresses of our own files: the Marketplace and HACS show the README elsewhere.
OWN: Final = re.compile(
    r"https://(?:github\.com/ha-pbx/ha-pbx/blob|raw\.githubusercontent\.com/ha-pbx/ha-pbx)/main/"
)
FENCE: Final = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """A Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """The path from the root of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The text without code blocks."""
        return FENCE.sub("", self.text)

    @property
    def examples(self) -> Iterator[tuple[str, Any]]:
        """The YAML examples, each with a name that says where it stands."""
        for number, block in enumerate(
            re.findall(r"^```yaml\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE),
            start=1,
        ):
            yield f"{self.name}-{number}", parse_yaml(block)

    @property
    def anchors(self) -> set[str]:
        """The anchors of the headings, as GitHub makes them."""
        return {
            re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", self.prose, re.MULTILINE)
        }

    @property
    def links(self) -> list[str]:
        """The targets of all links and pictures."""
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)

    def section(self, heading: str) -> str:
        """Return what stands below a heading, with its subsections."""
        start = re.search(rf"^(#+) {re.escape(heading)}$", self.prose, re.MULTILINE)
        assert start, f"{self.name} has no heading {heading}"
        rest = self.prose[start.end() :]
        end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
        return rest[: end.start()] if end else rest

    def table(self, heading: str, which: int = 0) -> list[list[str]]:
        """Return the rows of a table below a heading, without its head."""
        tables = re.findall(r"(?:^\|.*\n)+", self.section(heading), re.MULTILINE)
        return [
            [cell.strip() for cell in row.strip().strip("|").split("|")]
            for row in tables[which].splitlines()[2:]
        ]


README: Final = Document(ROOT / "README.md")
CONTRIBUTING: Final = Document(ROOT / "CONTRIBUTING.md")
DOCS: Final = {
    path.stem: Document(path) for path in sorted((ROOT / "docs").glob("*.md"))
}
DOCUMENTS: Final = (README, *DOCS.values())
EXAMPLES: Final = {
    name: block for document in DOCUMENTS for name, block in document.examples
}


def words(cell: str) -> set[str]:
    """Return what is written as code in a cell of a table, or in a text."""
    return set(re.findall(r"`([^`]+)`", cell))


def unresolved(document: Document, link: str) -> str | None:
    """Return what is wrong with a link to one of our own files, None if nothing is."""
    target = OWN.sub("/", link)
    if "://" in target or target.startswith("mailto:"):
        return None
    name, _, anchor = unquote(target).partition("#")
    folder = ROOT if name.startswith("/") else document.path.parent
    path = (folder / name.removeprefix("/")).resolve() if name else document.path
    if not path.exists():
        return f"{document.name}: {link} does not exist"
    if anchor and anchor not in Document(path).anchors:
        return f"{document.name}: {link} leads to no heading"
    return None
