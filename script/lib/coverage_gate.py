"""Fail when a module is covered less than it has to be: `coverage_gate.py COVERAGE_JSON`.

The total has its limit in pyproject.toml. A total hides a module nobody tests, so each
module has a limit too.
"""

import json
from pathlib import Path
import sys
from typing import Final

MODULE_LIMIT: Final = 95.0


def below(report: Path) -> list[tuple[float, str]]:
    """Return the modules below the limit, the worst first."""
    files = json.loads(report.read_bytes())["files"]
    covered = [
        (file["summary"]["percent_covered"], name) for name, file in files.items()
    ]
    if not covered:
        return [(0.0, "no module was measured")]
    return sorted(found for found in covered if found[0] < MODULE_LIMIT)


def main() -> int:
    """Print the modules below the limit."""
    report = Path(sys.argv[1])
    if not report.exists():
        sys.stderr.write("The coverage was not measured\n")
        return 1
    found = below(report)
    for percent, name in found:
        sys.stderr.write(
            f"{name}: {percent:.1f} % covered, at least {MODULE_LIMIT:.0f} % is wanted\n"
        )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
