"""Plain tables on the terminal."""

from collections.abc import Sequence
import sys


def say(text: str = "") -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show(title: str, rows: Sequence[Sequence[str]], *notes: str) -> None:
    """Print a table; the first row is its head, the first column stands on the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    say()
    say(title)
    for row in rows:
        first, *others = (
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("   ".join(("  " + first, *others)))
    for note in notes:
        say(f"  {note}")
