"""Installation of Asterisk: packages of the distribution, unpacked into a cache."""

import os
from pathlib import Path
from platform import freedesktop_os_release
import subprocess

# The exit status of programs that need an Asterisk, if there is none.
NO_ASTERISK = 3
HERE = Path(__file__).resolve().parent


def suites() -> tuple[str, ...]:
    """Return the tested suites: two of Debian, or Ubuntu's own release."""
    try:
        release = freedesktop_os_release()
    except OSError:
        release = {}
    if release.get("ID") == "ubuntu":
        return (release["VERSION_CODENAME"],)
    return ("forky", "bullseye")


# On Debian those that have Asterisk 22 and 16.
SUITES = suites()


def install(suite: str) -> Path:
    """Return the prefix of an Asterisk, downloaded if it is not cached.

    Raises RuntimeError, with the reason, if that fails.
    """
    try:
        done = subprocess.run(
            [HERE / "install.sh"],
            env={**os.environ, "ASTERISK_SUITE": suite},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no Asterisk of {suite} here: it takes too long") from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        raise RuntimeError(f"no Asterisk of {suite} here: {reason}")
    return Path(done.stdout.strip())
