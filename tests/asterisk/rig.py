"""A real Asterisk as the PBX, and a second one that plays phones and provider."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
import shutil
import subprocess
import time
from typing import Any, Self

from .ami import Ami, Failed, Message
from .office import EXTENSIONS, OUTSIDE
from .processes import Process, reserve_ports


class Rig:
    """The PBX and its phones.

    `pbx` and `phones` are AMI connections to them, `events` one that only listens.
    `recorded` has what `events` received, across restarts.
    """

    pbx: Ami
    events: Ami
    phones: Ami

    def __init__(self, prefix: Path, directory: Path) -> None:
        """Prepare both; nothing runs yet."""
        directory = directory.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.recorded: list[tuple[float, Message]] = []
        names = ("SIP", "AMI", "AMI_TLS", "HTTP", "PHONES_SIP", "PHONES_AMI")
        self._guard, ports = reserve_ports()
        self.ports = dict(zip(names, ports, strict=False))
        values = {name: str(port) for name, port in self.ports.items()}
        self.asterisks = {
            name: Process(name, prefix.resolve(), directory, dict(values))
            for name in ("pbx", "phones")
        }
        self._certificate()

    def __enter__(self) -> Self:
        """Start both, and wait until every phone is registered."""
        try:
            for asterisk in self.asterisks.values():
                asterisk.start()
            self.phones = self.asterisks["phones"].ami(self.ports["PHONES_AMI"], "rig")
            self._connect()
            self._like_freepbx()
            self.wait_registered()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        for asterisk in self.asterisks.values():
            asterisk.remove()
        self._guard.close()

    def _connect(self) -> None:
        pbx, port = self.asterisks["pbx"], self.ports["AMI"]
        self.events = pbx.ami(port, "events", messages=self.recorded)
        self.pbx = pbx.ami(port, "full")

    def _certificate(self) -> None:
        """Make the PBX's own certificate; without openssl there is no TLS."""
        path = self.directory / "pbx/etc/ami.pem"
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=pbx",
        ]
        if shutil.which("openssl"):
            subprocess.run(
                [*command, "-keyout", path, "-out", f"{path}.crt"],
                check=True,
                capture_output=True,
            )
            path.write_text(path.read_text() + Path(f"{path}.crt").read_text())

    def _like_freepbx(self) -> None:
        """Write the AstDB keys that FreePBX stores for each extension."""
        for number, (name, _, voicemail) in EXTENSIONS.items():
            for key, value in (
                ("cidname", name),
                ("cidnum", number),
                ("device", number),
                ("voicemail", "default" if voicemail else "novm"),
            ):
                if value:
                    self.pbx.action(
                        "DBPut", Family="AMPUSER", Key=f"{number}/{key}", Val=value
                    )
            self.pbx.action(
                "DBPut", Family="DEVICE", Key=f"{number}/dial", Val=f"PJSIP/{number}"
            )

    def wait_registered(self, seconds: float = 30) -> None:
        """Wait until every phone and the trunk are registered and reachable."""
        until = time.monotonic() + seconds
        while True:
            contacts = {
                row["Endpoint"]
                for row in self._list("PJSIPShowContacts")
                if row.get("Status") == "Reachable"
            }
            trunks = self._list("PJSIPShowRegistrationsOutbound")
            missing = set(EXTENSIONS) - contacts
            if not missing and any(row.get("Status") == "Registered" for row in trunks):
                return
            if time.monotonic() > until:
                raise Failed(f"not registered: {sorted(missing)}")
            time.sleep(0.1)

    def _list(self, name: str) -> list[Message]:
        """Return the rows of a list; some actions answer an empty one with an error."""
        answer = self.pbx.action(name, check=False)
        return answer[1:-1] if answer[0]["Response"] == "Success" else []

    def restart(self) -> None:
        """Stop the PBX at once and start it again."""
        with suppress(Failed):  # it does not always answer any more
            self.pbx.action("Command", Command="core stop now")
        process = self.asterisks["pbx"].process
        if process is not None:
            process.wait(10)
        self.asterisks["pbx"].start()
        self._connect()
        for number in EXTENSIONS:
            self.register(number)
        self.wait_registered()

    # -- phones

    def does(self, number: str, what: str) -> None:
        """Set how a phone reacts to calls.

        That is answer, ring, busy, reject, unknown, congestion or auto.
        """
        self.phones.action("DBPut", Family="does", Key=number, Val=what)

    def dial(self, number: str, to: str) -> None:
        """Dial a number on a phone."""
        self._originate(f"PJSIP/{to}@line-{number}", number)

    def call_in(self, caller: str, did: str) -> None:
        """Call one of the PBX's numbers from outside."""
        self._originate(
            f"PJSIP/pbxtrunk/sip:{did}@127.0.0.1:{self.ports['SIP']}",
            caller,
            CallerID=f"<{caller}>",
        )

    def _originate(self, channel: str, number: str, **fields: Any) -> None:
        fields |= {
            "Context": "talk",
            "Exten": number,
            "Priority": "1",
            "Timeout": "60000",
            "Async": "true",
        }
        self.phones.action("Originate", Channel=channel, **fields)

    def channels(self, number: str) -> list[str]:
        """Return a phone's channels, the oldest first: those it answered and those it dialled."""
        rows = self.phones.rows("CoreShowChannels")
        mine = [
            r
            for r in rows
            if r["Exten"] == number
            and r["Context"] in ("phones", "talk", "resume", "hold", "refer")
        ]
        return [
            row["Channel"]
            for row in sorted(
                mine, key=lambda row: int(row["Uniqueid"].rpartition(".")[2])
            )
        ]

    def _redirect(
        self, number: str, context: str, which: int = -1, **variables: str
    ) -> None:
        channel = self.channels(number)[which]
        for key, value in variables.items():
            self.phones.action("Setvar", Channel=channel, Variable=key, Value=value)
        self.phones.action(
            "Redirect", Channel=channel, Context=context, Exten=number, Priority="1"
        )

    def hang_up(self, number: str, which: int = -1) -> None:
        """Hang up a phone's newest call, or another one."""
        self.phones.action("Hangup", Channel=self.channels(number)[which], Cause="16")

    def give_up(self, number: str) -> None:
        """Hang up a dialling phone, whose call has no extension of its own yet."""
        self.phones.action("Hangup", Channel=f"/^PJSIP/line-{number}-/", Cause="16")

    def answer(self, number: str) -> None:
        """Answer a ringing phone."""
        self._redirect(number, "talk")

    def hold(self, number: str, which: int = -1) -> None:
        """Hold a phone's newest call, or another one."""
        self._redirect(number, "hold", which)

    def resume(self, number: str, which: int = -1) -> None:
        """Resume a phone's newest call, or another one."""
        self._redirect(number, "resume", which)

    def dtmf(self, number: str, digits: str) -> None:
        """Send digits from a phone."""
        self._redirect(number, "send-dtmf", DIGITS=digits)

    def blind(self, number: str, to: str) -> None:
        """Transfer the phone's call to a number, by REFER."""
        self._redirect(
            number, "refer", REFER_TO=f"sip:{to}@127.0.0.1:{self.ports['SIP']}"
        )

    def attended(self, number: str) -> None:
        """Connect the phone's first call with its second one, by REFER with Replaces."""
        first, second = self.channels(number)[:2]

        def of(what: str) -> str:
            return self.phones.action(
                "Getvar", Channel=second, Variable=f"CHANNEL(pjsip,{what})"
            )[0]["Value"]

        replaces = f"{of('call-id')}%3Bto-tag%3D{of('remote_tag')}%3Bfrom-tag%3D{of('local_tag')}"
        target = f"sip:{number}@127.0.0.1:{self.ports['SIP']}?Replaces={replaces}"
        self.phones.action("Setvar", Channel=first, Variable="REFER_TO", Value=target)
        self.phones.action(
            "Redirect", Channel=first, Context="refer", Exten=number, Priority="1"
        )

    def unregister(self, number: str) -> None:
        """Unregister a phone from the PBX."""
        self.phones.action("PJSIPUnregister", Registration=f"reg-{number}")

    def register(self, number: str) -> None:
        """Register a phone."""
        self.phones.action("PJSIPRegister", Registration=f"reg-{number}")

    def heard(self, number: str) -> Path:
        """Return the newest recording of what a phone heard."""
        files = (self.asterisks["phones"].directory / "var/heard").glob(
            f"{number}-*.wav"
        )
        newest = max(files, key=lambda path: path.stat().st_mtime_ns)
        sizes = [-1]
        # The end of a recording is written a moment after the call's.
        while sizes[-1] != newest.stat().st_size or len(sizes) < 4:
            sizes.append(newest.stat().st_size)
            time.sleep(0.05)
        return newest

    def seen(self, number: str, header: str) -> str:
        """Return a header of the last INVITE a phone got: Call-Info, Alert-Info or Caller."""
        since = len(self.phones.messages)
        answer = self.phones.action(
            "DBGet", Family="seen", Key=f"{number}/{header}", check=False
        )[0]
        if answer["Response"] != "Success":
            return ""
        return self.phones.event("DBGetResponse", since, Key=f"{number}/{header}")[
            "Val"
        ]

    # -- the PBX

    def pbx_channels(self, number: str) -> list[Message]:
        """Return an extension's channels at the PBX."""
        rows = self.pbx.rows("CoreShowChannels")
        return [row for row in rows if row["Channel"].startswith(f"PJSIP/{number}-")]

    def spies(self) -> list[list[str]]:
        """Return the supervisions: the two channels without their numbers, the options."""
        rows = self.pbx.rows("CoreShowChannels")
        names = {row["Uniqueid"]: row["Channel"] for row in rows}
        found = []
        for row in rows:
            if row["Application"] == "ChanSpy":
                spied, _, options = row["ApplicationData"].partition(",")
                pair = (row["Channel"], names.get(spied, spied))
                found.append([*(name.rpartition("-")[0] for name in pair), options])
        return found

    def pbx_hang_up(self, number: str) -> None:
        """End all of an extension's calls from the PBX."""
        for row in self.pbx_channels(number):
            self.pbx.action("Hangup", Channel=row["Channel"], check=False)

    def forget(self, seconds: float) -> None:
        """Drop the messages so far, and the recordings of calls that ended so long ago."""
        for ami in (self.pbx, self.phones, self.events):
            ami.forget()
        oldest = time.time() - seconds
        for path in (self.asterisks["phones"].directory / "var/heard").iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink()

    def until(
        self, what: Callable[[], object], seconds: float = 10, why: str = ""
    ) -> None:
        """Wait until a condition is true."""
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                raise Failed(why or "not so in time")
            time.sleep(0.05)

    def until_talking(self, *numbers: str) -> None:
        """Wait until each of the extensions is in a bridge."""
        for number in numbers:
            self.until(partial(self._talks, number), why=f"{number} does not talk")

    def _talks(self, number: str) -> bool:
        return any(row["BridgeId"] for row in self.pbx_channels(number))

    def until_ringing(self, number: str) -> None:
        """Wait until an extension rings."""
        self.until(
            lambda: any(
                row["ChannelStateDesc"] == "Ringing"
                for row in self.pbx_channels(number)
            ),
            why=f"{number} does not ring",
        )

    def until_quiet(self, seconds: float = 15) -> None:
        """Wait until no channel is left, at either Asterisk."""
        self.until(lambda: not self._left_over(), seconds, "channels left over")

    def _left_over(self) -> list[tuple[Ami, str]]:
        """Return the channels that still exist, and where."""
        return [
            (ami, row["Channel"])
            for ami in (self.phones, self.pbx)
            for row in ami.rows("CoreShowChannels")
        ]

    def clear(self, seconds: float = 15) -> None:
        """End every call, also one being set up, and reset every phone to answer."""

        def ended() -> bool:
            channels = self._left_over()
            for ami, channel in channels:
                ami.action("Hangup", Channel=channel, check=False)
            return not channels

        self.until(ended, seconds, "channels left over")
        for number in (*EXTENSIONS, OUTSIDE):
            self.phones.action("DBDel", Family="does", Key=number, check=False)

    def spy(self, supervisor: str, extension: str, options: str, **fields: Any) -> str:
        """Call the supervisor's phone to spy on an extension; return its channel."""
        channel = self.pbx_channels(extension)[0]["Channel"]
        since = len(self.pbx.messages)
        self.pbx.action(
            "Originate",
            Channel=f"PJSIP/{supervisor}",
            Application="ChanSpy",
            Data=f"{channel},{options}",
            Async="true",
            **fields,
        )
        self.pbx.event("ChanSpyStart", since)
        return self.pbx_channels(supervisor)[0]["Channel"]
