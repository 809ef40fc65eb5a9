"""An extension with its phone and its settings."""

from dataclasses import dataclass, field
import hashlib

MONITOR_MODES = ("Disabled", "Extensive", "Listen", "Whisper", "Barge-in")
FORWARD_DESTINATIONS = ("Voicemail", "Extension", "Mobile Number", "Custom Number")


@dataclass(slots=True)
class Forward:
    """Where calls go instead; reference 3.4, `alwaysforward` and its kin."""

    on: bool = False
    to: str = "Voicemail"
    extension: str = ""
    prefix: str = ""
    number: str = ""


@dataclass(slots=True)
class SimExtension:
    """One extension; a test may change any field at any time."""

    number: str
    name: str = ""
    type: str = "SIP"
    port: str = ""
    registered: bool = True
    malfunction: bool = False
    auto_answer: bool = True
    """The phone can be made to pick up by itself (reference 4.3)."""
    allow_being_monitored: bool = False
    monitor_mode: str = "Disabled"
    status_monitored: bool = True
    """The tick box "Status Monitor", without which nothing is reported (reference 5.1)."""
    dnd: bool = False
    call_restriction: bool = False
    may_dial_out: bool = True
    max_calls: int = 2
    agent_id: str = ""
    caller_id: str = ""
    register_name: str = ""
    register_password: str = "xMn5W4Gs"
    max_registrations: str = "1"
    login_password: str = "Web-Login-2026"
    login_password_hash: str = ""
    email: str = ""
    mobile: str = ""
    language: str = "System Default"
    has_voicemail: bool = True
    voicemail_to_email: bool = False
    vm_secret: str = ""
    always_forward: Forward = field(default_factory=Forward)
    no_answer_forward: Forward = field(default_factory=Forward)
    busy_forward: Forward = field(default_factory=Forward)
    ring_simultaneous: bool = False
    mobility: bool = False
    mobile_prefix: str = ""
    ring_timeout: str = "30"
    max_duration: str = "Follow System"

    def __post_init__(self) -> None:
        """Fill what a PBX derives from the number."""
        self.name = self.name or self.number
        self.caller_id = self.caller_id or self.number
        self.vm_secret = self.vm_secret or self.number
        if self.type != "FXS":
            self.register_name = self.register_name or self.number
        else:
            self.auto_answer = False

    @property
    def web_password_md5(self) -> str:
        """Return the MD5 of the user's web password, as the PBX stores it."""
        clear = self.login_password.encode()
        return (
            self.login_password_hash
            or hashlib.md5(clear, usedforsecurity=False).hexdigest()
        )

    @property
    def ring_seconds(self) -> float:
        """Return how long the phone rings before a call counts as not answered."""
        return float(self.ring_timeout) if self.ring_timeout.isdigit() else 30.0
