"""Presences of extensions, each with its own forwarding: reference 3.2.3 and 5.5 (30009)."""

from typing import Any

from tests.simulator.exchange import Exchange, Forward, SimExtension

from .errors import Refused

type Json = dict[str, Any]

STATUSES = (
    "available",
    "away",
    "business_trip",
    "do_not_disturb",
    "lunch",
    "off_work",
)
SIDES = ("in", "ex")
SITUATIONS = {
    "always": "always_forward",
    "no_answer": "no_answer_forward",
    "busy": "busy_forward",
}
# [choose]: the reference has no word for the last two.
DESTINATIONS = {
    "Voicemail": "ext_vm",
    "Extension": "extension",
    "Mobile Number": "mobile_number",
    "Custom Number": "external_num",
}


class Presences:
    """The presence of each extension; the exchange forwards as the present one says."""

    def __init__(self, exchange: Exchange, ids: Ids) -> None:
        """Begin with everybody available."""
        self._exchange = exchange
        self._ids = ids
        self._chosen: dict[str, str] = {}
        self._stored: dict[tuple[str, str], Json] = {}

    def of(self, extension: SimExtension) -> str:
        """Return the present presence."""
        if extension.dnd:
            return "do_not_disturb"
        return self._chosen.get(extension.number, "available")

    def detail(self, extension: SimExtension) -> Json:
        """Return an extension with its settings; it contains secrets."""
        present = self.of(extension)
        return {
            "id": self._ids.of(extension.number),
            "type": extension.type,
            "first_name": extension.name,
            "last_name": "",
            "email_addr": extension.email,
            "mobile_number": extension.mobile,
            "user_password": extension.login_password,
            "number": extension.number,
            "caller_id": extension.caller_id,
            "reg_name": extension.register_name,
            "reg_password": extension.register_password,
            "presence_status": present,
            "presence_list": [
                {"status": status, **self._fields(extension, status)}
                for status in STATUSES
            ],
            "enb_vm": int(extension.has_voicemail),
            "vm_pin": extension.vm_secret,
        }

    def update(self, extension: SimExtension, body: Json) -> None:
        """Change presence and forwarding, all or nothing."""
        status = body.get("presence_status", self.of(extension))
        changes = body.get("presence_list", [])
        if status not in STATUSES or not isinstance(changes, list):
            raise Refused(40002)
        for change in changes:
            if not isinstance(change, dict) or change.get("status") not in STATUSES:
                raise Refused(40002)
            for name, value in change.items():
                if name.endswith("_dest") and value not in DESTINATIONS.values():
                    raise Refused(40002)
                if name.startswith("enb_") and value not in (0, 1):
                    raise Refused(40001)
        # What the exchange does now belongs to the presence until now.
        present = self.of(extension)
        self._stored[extension.number, present] = self._fields(extension, present)
        for change in changes:
            key = extension.number, change["status"]
            known = self._fields(extension, change["status"])
            self._stored[key] = {**known, **change}
            self._stored[key].pop("status")
        extension.dnd = status == "do_not_disturb"
        if not extension.dnd:
            self._chosen[extension.number] = status
        self._apply(extension, self._fields(extension, status, stored=True))

    def _fields(
        self, extension: SimExtension, status: str, *, stored: bool = False
    ) -> Json:
        kept = self._stored.get((extension.number, status), {})
        if status != self.of(extension) or stored:
            return {**self._of_forwards(Forward(), Forward(), Forward()), **kept}
        # A test or a scene may have changed the extension itself.
        shown = self._of_forwards(
            *(getattr(extension, name) for name in SITUATIONS.values())
        )
        inside = {name: value for name, value in kept.items() if "in_" in name}
        return {**shown, **inside}

    def _of_forwards(self, *forwards: Forward) -> Json:
        fields: Json = {}
        for situation, forward in zip(SITUATIONS, forwards, strict=True):
            value = ""
            if forward.extension in self._exchange.extensions:
                value = str(self._ids.of(forward.extension))
            for side in SIDES:
                name = f"{side}_{situation}_forward"
                fields |= {
                    f"enb_{name}": int(forward.on),
                    f"{name}_dest": DESTINATIONS[forward.to],
                    f"{name}_prefix": forward.prefix,
                    f"{name}_num": forward.number,
                    f"{name}_value": value,
                }
        return fields

    def _apply(self, extension: SimExtension, fields: Json) -> None:
        """Let the exchange forward as calls from outside are forwarded."""
        words = {word: to for to, word in DESTINATIONS.items()}
        for situation, attribute in SITUATIONS.items():
            name = f"ex_{situation}_forward"
            number = self._ids.name(fields[f"{name}_value"])
            forward = Forward(
                on=fields[f"enb_{name}"] == 1,
                to=words[fields[f"{name}_dest"]],
                extension=number if number in self._exchange.extensions else "",
                prefix=fields[f"{name}_prefix"],
                number=fields[f"{name}_num"],
            )
            setattr(extension, attribute, forward)


class Ids:
    """The PBX's internal ids, which are not the numbers."""

    def __init__(self) -> None:
        """Begin without ids."""
        self._ids: dict[str, int] = {}

    def of(self, name: str) -> int:
        """Return the id of an extension or trunk."""
        return self._ids.setdefault(name, 60 + len(self._ids))

    def name(self, identity: object) -> str:
        """Return which extension or trunk has an id, blank if none has."""
        for name, known in self._ids.items():
            if str(known) == str(identity):
                return name
        return ""
