"""The archive that HACS and the Marketplace install."""

from importlib.util import module_from_spec, spec_from_file_location
import json
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "script" / "lib" / "package.py"


@pytest.fixture
def package() -> ModuleType:
    """Return the script as a module."""
    spec = spec_from_file_location("package", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_archive_holds_the_component_with_the_version_of_the_release(
    package: ModuleType, tmp_path: Path
) -> None:
    """Its files lie at the root, without what Python leaves behind."""
    target = tmp_path / "pbx.zip"
    count = package.build("1.2.3", target)
    with ZipFile(target) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    assert len(names) == count
    assert {"__init__.py", "brand/icon.png", "translations/en.json"} <= set(names)
    assert not [name for name in names if "__pycache__" in name]
    assert manifest["version"] == "1.2.3"
    assert list(manifest)[:2] == ["domain", "name"]


def test_archive_is_the_same_each_time(package: ModuleType, tmp_path: Path) -> None:
    """So anybody can build what was released and compare."""
    for name in ("one.zip", "two.zip"):
        package.build("1.2.3b1", tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_archive_without_version(package: ModuleType, tmp_path: Path) -> None:
    """A tag that is no version is a mistake, and the loader would refuse it."""
    with pytest.raises(ValueError, match="is not a version"):
        package.build("latest", tmp_path / "pbx.zip")


def test_archive_is_the_only_asset_of_a_release() -> None:
    """HACS and the Marketplace ask for it by the name that stands in hacs.json."""
    workflow = (ROOT / ".github" / "workflows" / "release.yaml").read_text("utf-8")
    uploads = [
        line.split("run: ")[1].split()
        for line in workflow.splitlines()
        if "gh release" in line
    ]
    assert uploads == [["gh", "release", "upload", '"$TAG"', "pbx.zip", "--clobber"]]
    built = [line for line in workflow.splitlines() if "package.py" in line]
    assert built == ['        run: python3 script/lib/package.py "$TAG" pbx.zip']
    hacs = json.loads((ROOT / "hacs.json").read_text("utf-8"))
    assert (hacs["zip_release"], hacs["filename"]) == (True, "pbx.zip")
