"""What the loader, hassfest, HACS and the quality scale see in our manifests."""

import pytest

from .breaking import Break, broken, drop, put, reverse
from .checks import problems
from .repository import Repository


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (drop("version"), "version is missing"),
        (put("version", value="new"), "does not accept the version 'new'"),
        (drop("issue_tracker"), "issue_tracker is missing"),
        (put("domain", value="phone"), "differs from the folder"),
        (put("iot_class", value="fast"), "iot_class 'fast' is none of"),
        (put("documentation", value="http://x"), "documentation is not an https"),
        (
            put("documentation", value="https://www.home-assistant.io/integrations/x"),
            "page of a core integration",
        ),
        (put("requirements", value=["library>=1"]), "not pinned"),
        (put("codeowners", value=["somebody"]), "each with an @"),
        (put("config_flow", value="yes"), "config_flow is not a bool"),
        (put("homekit", value={}), "unknown key homekit"),
        (put("dhcp", value=[{"macaddress": "f4:b5"}]), "is not upper case"),
        (put("dhcp", value=[{"hostname": "PBX*"}]), "is not lower case"),
        (put("dhcp", value=[{"mac": "F4*"}]), "dhcp knows no"),
        (put("quality_scale", value="gilded"), "is none of"),
        (reverse, "must stand in the order"),
    ],
)
def test_manifest(copy: Repository, change: Break, problem: str) -> None:
    """What the loader, hassfest and HACS would refuse."""
    assert problem in "\n".join(broken(copy, "manifest.json", change))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (drop("name"), "name is missing"),
        (drop("filename"), "zip_release needs filename"),
        (put("render_readme", value=True), "unknown key"),
        (put("zip_release", value="yes"), "is not a bool"),
        (put("homeassistant", value="soon"), "is not a version"),
    ],
)
def test_hacs(copy: Repository, change: Break, problem: str) -> None:
    """What HACS and the Marketplace would refuse."""
    assert problem in "\n".join(broken(copy, "hacs.json", change))


def test_license_is_there(copy: Repository) -> None:
    """HACS lists nothing without one."""
    (copy.root / "LICENSE").unlink()
    assert "LICENSE is missing" in problems(copy.root)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (drop("rules", "devices"), "the rule devices is missing"),
        (put("rules", "telephones", value="done"), "no rule telephones"),
        (put("rules", "devices", value="maybe"), "the status 'maybe'"),
        (put("rules", "devices", value="exempt"), "exempt without a comment"),
        (
            put("rules", "devices", value={"status": "done", "x": 1}),
            "devices has ['x']",
        ),
        (put("rules", "runtime-data", value="todo"), "but runtime-data (bronze)"),
        (put("more", value={}), "the only key on top"),
    ],
)
def test_quality_scale(copy: Repository, change: Break, problem: str) -> None:
    """Rules without an answer, and claims without ground."""
    assert problem in "\n".join(broken(copy, "quality_scale.yaml", change))


@pytest.mark.parametrize("words", ["Yeastar", "Asterisk", "phone system"])
def test_search_of_add_integration_finds_the_name(copy: Repository, words: str) -> None:
    """It searches name and domain; what begins after 20 characters is not found."""
    name = copy.json(copy.component / "manifest.json")["name"]
    assert 0 <= name.lower().find(words.lower()) <= 20
