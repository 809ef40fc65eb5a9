"""manifest.json and hacs.json, as the loader, hassfest, HACS and the Marketplace want them."""

import re
from typing import Any, Final

from awesomeversion import AwesomeVersion, AwesomeVersionException
from awesomeversion.strategy import AwesomeVersionStrategy

from .repository import Problems, Repository

VERSION_STRATEGIES: Final = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]
# `issue_tracker` is wanted by HACS, the others by hassfest.
REQUIRED_KEYS: Final = {
    "codeowners": list,
    "config_flow": bool,
    "documentation": str,
    "domain": str,
    "integration_type": str,
    "iot_class": str,
    "issue_tracker": str,
    "name": str,
    "version": str,
}
OPTIONAL_KEYS: Final = {
    "after_dependencies": list,
    "dependencies": list,
    "dhcp": list,
    "import_executor": bool,
    "loggers": list,
    "quality_scale": str,
    "requirements": list,
    "single_config_entry": bool,
    "ssdp": list,
    "zeroconf": list,
}
VALUES: Final = {
    "integration_type": {"device", "hub", "service"},
    "iot_class": {
        "assumed_state",
        "calculated",
        "cloud_polling",
        "cloud_push",
        "local_polling",
        "local_push",
    },
    "quality_scale": {"bronze", "silver", "gold", "platinum"},
}
DHCP_KEYS: Final = {"hostname", "macaddress", "registered_devices"}
MAC_ADDRESS: Final = re.compile(r"[0-9A-F*?]{1,12}")
REQUIREMENT: Final = re.compile(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==\S+")
HACS_KEYS: Final = {
    "content_in_root": bool,
    "filename": str,
    "hacs": str,
    "hide_default_branch": bool,
    "homeassistant": str,
    "name": str,
    "persistent_directory": str,
    "zip_release": bool,
}


def check_manifest(repository: Repository) -> Problems:
    """Check manifest.json."""
    path = repository.component / "manifest.json"
    manifest = repository.json(path)
    name = repository.name(path)
    for key in REQUIRED_KEYS.keys() - manifest.keys():
        yield f"{name}: {key} is missing"
    yield from _check_types(name, manifest, REQUIRED_KEYS | OPTIONAL_KEYS)
    wanted = sorted(
        manifest, key=lambda key: ({"domain": 0, "name": 1}.get(key, 2), key)
    )
    if list(manifest) != wanted:
        yield f"{name}: the keys must stand in the order {', '.join(wanted)}"
    for key, values in VALUES.items():
        if key in manifest and manifest[key] not in values:
            yield f"{name}: {key} {manifest[key]!r} is none of {sorted(values)}"
    if manifest.get("domain") != path.parent.name:
        yield f"{name}: the domain differs from the folder {path.parent.name}"
    if not _loadable(manifest.get("version")):
        yield f"{name}: the loader does not accept the version {manifest.get('version')!r}"
    for key in ("documentation", "issue_tracker"):
        if not str(manifest.get(key, "")).startswith("https://"):
            yield f"{name}: {key} is not an https address"
    if "home-assistant.io/integrations" in str(manifest.get("documentation")):
        yield f"{name}: documentation is the page of a core integration"
    owners = manifest.get("codeowners") or [""]
    if not all(str(owner).startswith("@") for owner in owners):
        yield f"{name}: codeowners must name someone, each with an @"
    for requirement in manifest.get("requirements", ()):
        if not REQUIREMENT.fullmatch(str(requirement)):
            yield f"{name}: the requirement {requirement} is not pinned with =="
    yield from _check_dhcp(name, manifest)


def _check_dhcp(name: str, manifest: dict[str, Any]) -> Problems:
    for matcher in manifest.get("dhcp", ()):
        if unknown := matcher.keys() - DHCP_KEYS:
            yield f"{name}: dhcp knows no {sorted(unknown)}"
        address = matcher.get("macaddress", "*")
        if not MAC_ADDRESS.fullmatch(address):
            yield f"{name}: the dhcp address {address} is not upper case without separators"
        hostname = matcher.get("hostname", "")
        if hostname != hostname.lower():
            yield f"{name}: the dhcp host name {hostname} is not lower case"


def check_hacs(repository: Repository) -> Problems:
    """Check hacs.json and the files HACS wants beside it."""
    hacs = repository.json(repository.root / "hacs.json")
    yield from _check_types("hacs.json", hacs, HACS_KEYS)
    if not hacs.get("name"):
        yield "hacs.json: name is missing"
    if hacs.get("zip_release") and not hacs.get("filename"):
        yield "hacs.json: zip_release needs filename"
    if not _loadable(hacs.get("homeassistant")):
        yield "hacs.json: homeassistant is not a version"
    for needed in ("README.md", "LICENSE"):
        if not (repository.root / needed).is_file():
            yield f"{needed} is missing"


def _check_types(
    name: str, content: dict[str, Any], types: dict[str, type]
) -> Problems:
    for key, value in content.items():
        if key not in types:
            yield f"{name}: unknown key {key}"
        elif not isinstance(value, types[key]):
            yield f"{name}: {key} is not a {types[key].__name__}"


def _loadable(version: object) -> bool:
    try:
        AwesomeVersion(str(version), ensure_strategy=VERSION_STRATEGIES)
    except AwesomeVersionException:
        return False
    return True
