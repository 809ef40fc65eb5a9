"""The two Asterisk processes: ports, configuration, start and stop."""

import itertools
from pathlib import Path
import re
import shutil
import socket
import subprocess
import tempfile
import time

from .ami import Ami, Failed, Message
from .office import EXTENSIONS

HERE = Path(__file__).resolve().parent
SIGNALLING = range(18200, 18300)
RTP = {"pbx": (20000, 24999), "phones": (25000, 30199)}
RING_SECONDS = 4


def reserve_ports() -> tuple[socket.socket, list[int]]:
    """Return ports that nobody uses, and the socket that keeps other rigs from them while it is open."""
    for first in SIGNALLING[::10]:
        guard = socket.socket()
        try:
            guard.bind(("127.0.0.1", first))
            ports = list(range(first + 1, first + 10))
            for port, kind in itertools.product(
                ports, (socket.SOCK_STREAM, socket.SOCK_DGRAM)
            ):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
        except OSError:
            guard.close()
            continue
        return guard, ports
    raise Failed("no free ports")


def render(text: str, values: dict[str, str]) -> str:
    """Fill in a template, repeating the part from FOR EACH EXTENSION to END."""

    def each(match: re.Match[str]) -> str:
        return "".join(
            match[1]
            .replace("@NUMBER@", number)
            .replace("@CALLER_NAME@", name)
            .replace("@CALLER_NAME_PLAIN@", name.replace(",", " "))
            .replace("@TONE@", str(tone))
            for number, (name, tone, _) in EXTENSIONS.items()
        )

    text = re.sub(
        r"^; @FOR EACH EXTENSION@\n(.*?)^; @END@\n",
        each,
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


class Process:
    """One Asterisk process."""

    def __init__(
        self, name: str, prefix: Path, directory: Path, values: dict[str, str]
    ) -> None:
        """Write the configuration."""
        self.name = name
        self.directory = directory / name
        etc, var = self.directory / "etc", self.directory / "var"
        for path in (etc, var / "spool", var / "log", var / "heard"):
            path.mkdir(parents=True, exist_ok=True)
        loader = next(
            p
            for where in ("lib", "usr/lib")
            for p in prefix.glob(f"{where}/*/ld-linux-*.so.*")
        )
        modules = next(p for p in prefix.glob("usr/lib/**/asterisk/modules"))
        # Registrations wait for a random while, up to 10 s. Versions that know the option need not.
        option = "max_random_initial_delay"
        registration = (modules / "res_pjsip_outbound_registration.so").read_bytes()
        first, last = RTP[name]
        values |= {
            "NAME": name,
            "ETC": str(etc),
            "VAR": str(var),
            # A socket's path may not be longer than 107 bytes.
            "RUN": tempfile.mkdtemp(prefix="rig-"),
            "MODULES": str(modules),
            "DATA": str(prefix / "usr/share/asterisk"),
            "RTP_FIRST": str(first),
            "RTP_LAST": str(last),
            "RING_SECONDS": str(RING_SECONDS),
            "AT_ONCE": f"{option} = 0" if option.encode() in registration else "",
        }
        self._run = Path(values["RUN"])
        for template in (HERE / name).iterdir():
            (etc / template.name).write_text(render(template.read_text(), values))
        triplet = loader.parent.name
        libraries = ":".join(
            str(prefix / path)
            for path in (f"usr/lib/{triplet}", f"lib/{triplet}", "usr/lib")
        )
        program = [
            str(loader),
            "--library-path",
            libraries,
            str(prefix / "usr/sbin/asterisk"),
        ]
        self._command = [*program, "-C", str(etc / "asterisk.conf"), "-f", "-g"]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with (self.directory / "output.log").open("ab") as output:
            self.process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.directory,
            )

    def stop(self) -> None:
        """Stop this process, and no other."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def remove(self) -> None:
        """Stop it, and delete its socket."""
        self.stop()
        shutil.rmtree(self._run, ignore_errors=True)

    def ami(
        self,
        port: int,
        user: str,
        seconds: float = 30,
        messages: list[tuple[float, Message]] | None = None,
    ) -> Ami:
        """Log in as soon as possible, and wait until everything is loaded."""
        until = time.monotonic() + seconds
        while True:
            if self.process is None or self.process.poll() is not None:
                raise Failed(
                    f"{self.name} ended; see {self.directory}/output.log and var/log/full"
                )
            try:
                ami = Ami(port, user, f"{user}-secret", messages)
                ami.event(
                    "FullyBooted",
                    len(ami.messages) - 2,
                    max(1.0, until - time.monotonic()),
                )
            except OSError, Failed:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return ami
