"""Check the files of this checkout: `python -m tests.repository`."""

from pathlib import Path
import sys

from .checks import problems


def main() -> int:
    """Print what is wrong."""
    found = problems(Path(__file__).parents[2])
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
