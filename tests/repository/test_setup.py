"""The set-up script, where the machine's own mirror of packages has aged."""

from pathlib import Path
import subprocess

import pytest

ROOT = Path(__file__).parents[2]
EXPIRED = "E: Release file for http://mirror/InRelease is expired (invalid since 2d)."
# Fails as apt does for old lists, unless it is told not to look at their age.
APT = """#!/bin/sh
echo "$*" >>"$0.calls"
case "$*" in *Check-Valid-Until=false*) exit 0 ;; esac
[ -z "$FAILURE" ] || { echo "$FAILURE" >&2; exit 100; }
"""


@pytest.mark.parametrize(
    ("failure", "code", "calls", "loud"),
    [
        ("", 0, 1, False),
        (EXPIRED, 0, 2, True),
        ("E: The repository is not signed.", 1, 1, False),
    ],
)
def test_age_of_package_lists_is_checked(
    tmp_path: Path, failure: str, code: int, calls: int, *, loud: bool
) -> None:
    """Only lists that are known to have expired are taken, and that is said aloud."""
    apt = tmp_path / "apt-get"
    apt.write_text(APT)
    apt.chmod(0o755)
    script = """
        tools=$PWD
        . "$0/script/lib/log.sh"
        . "$0/script/lib/python.sh"
        update_lists "$PWD"
    """
    done = subprocess.run(
        ["/bin/bash", "-c", script, str(ROOT)],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "FAILURE": failure},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert ("HAVE EXPIRED" in done.stderr) is loud
    asked = (tmp_path / "apt-get.calls").read_text().splitlines()
    assert len(asked) == calls
    assert "Check-Valid-Until" not in asked[0]


def test_no_script_leaves_the_age_unchecked() -> None:
    """Not in a configuration that holds for every run."""
    for path in (*ROOT.glob("script/**/*"), *ROOT.glob("tests/**/*.sh")):
        if path.is_file() and path.suffix != ".pyc":
            assert 'Check-Valid-Until "false"' not in path.read_text("utf-8")
