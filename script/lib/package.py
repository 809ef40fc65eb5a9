"""Build pbx.zip, what HACS and the Marketplace install: `package.py VERSION [FILE]`.

The files of the component lie at the root of the archive, and the manifest carries the
version. The same files and version give the same bytes.
"""

import json
from pathlib import Path
import re
import sys
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "custom_components" / "pbx"
VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")


def build(version: str, target: Path) -> int:
    """Write the archive; return how many files are in it."""
    if not VERSION.fullmatch(version):
        raise ValueError(f"{version} is not a version like 1.2.3 or 1.2.3b1")
    files = sorted(
        path
        for path in COMPONENT.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in files:
            content = path.read_bytes()
            if path == COMPONENT / "manifest.json":
                manifest = json.loads(content) | {"version": version}
                content = f"{json.dumps(manifest, indent=2)}\n".encode()
            info = ZipInfo(path.relative_to(COMPONENT).as_posix())
            info.external_attr = 0o644 << 16
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, content)
    return len(files)


def main() -> int:
    """Read the command line."""
    version = sys.argv[1].removeprefix("v")
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "pbx.zip")
    count = build(version, target)
    sys.stdout.write(f"{target}: {count} files, version {version}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
