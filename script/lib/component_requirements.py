"""Print what Home Assistant's own components need that our end-to-end runs load.

Home Assistant pins them in the components' manifests and installs them while it
starts; our environments have them beforehand, so that a run needs no network.
"""

import json
from pathlib import Path
import sys

# What a `hass` process loads, whatever its configuration, and what ours names. Beyond these
# it loads the entity components, all of them.
COMPONENTS = (
    "automation",
    "config",
    "diagnostics",
    "frontend",
    "hardware",
    "history",
    "isal",
    "logbook",
    "lovelace",
    "marketplace",  # since 2026.11
    "network",
    "repairs",
    "script",
    "system_health",
    "webhook",
)


def requirements(components: Path) -> list[str]:
    """Return the requirements of the components and of all they depend on."""
    manifests = {
        path.parent.name: json.loads(path.read_bytes())
        for path in components.glob("*/manifest.json")
    }
    waiting = {domain for domain in COMPONENTS if domain in manifests}
    waiting |= {
        domain
        for domain, manifest in manifests.items()
        if manifest.get("integration_type") == "entity"
    }
    found: set[str] = set()
    seen: set[str] = set()
    while waiting:
        domain = waiting.pop()
        seen.add(domain)
        found.update(manifests[domain].get("requirements", ()))
        waiting |= set(manifests[domain].get("dependencies", ())) - seen
    return sorted(found)


if __name__ == "__main__":
    sys.stdout.write(
        "".join(f"{line}\n" for line in requirements(Path(sys.argv[1]) / "components"))
    )
