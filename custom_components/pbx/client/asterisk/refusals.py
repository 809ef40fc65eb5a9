"""The refusals behind AMI's error texts; it has no numbers (reference, section 1)."""

from typing import Final

from ..errors import Refusal

# By the beginning of the error's text, the same from version 16 to 22.
_REFUSALS: Final = {
    "Permission denied": Refusal.UNSUPPORTED,
    "Invalid/unknown command": Refusal.UNSUPPORTED,
    "Originate Access Forbidden": Refusal.UNSUPPORTED,
    "GetVar Access Forbidden": Refusal.UNSUPPORTED,
    "Missing action": Refusal.BAD_REQUEST,
    "Failed to parse message": Refusal.BAD_REQUEST,
    "No such channel": Refusal.NOT_IN_CALL,
    "Channel does not exist": Refusal.NOT_IN_CALL,
    "Channel specified does not exist": Refusal.NOT_IN_CALL,
    "Channel not specified": Refusal.MISSING_PARAMETER,
    "Originate with 'Exten' requires": Refusal.MISSING_PARAMETER,
    "Extension does not exist": Refusal.NO_SUCH_NUMBER,
    "Originate failed": Refusal.NOT_CONNECTED,
    "Unable to retrieve endpoint": Refusal.NO_SUCH_EXTENSION,
    "Database entry": Refusal.NOT_FOUND,
    "No outbound registrations": Refusal.NOT_FOUND,
    "No Contacts": Refusal.NOT_FOUND,
    "No such module": Refusal.NOT_FOUND,
    "Variable not set": Refusal.SETTINGS_REJECTED,
    "Unable to add interface to queue": Refusal.NO_SUCH_QUEUE,
    "Unable to remove interface from queue": Refusal.NO_SUCH_QUEUE,
    "Unable to remove interface: Not there": Refusal.NOT_AN_AGENT,
    "Interface not found": Refusal.NOT_AN_AGENT,
    "Member not dynamic": Refusal.FIXED_AGENT,
}


def refusal_of(text: str) -> Refusal:
    """Return the refusal that an error's text means, UNKNOWN for any other text."""
    for beginning, refusal in _REFUSALS.items():
        if text.startswith(beginning):
            return refusal
    return Refusal.UNKNOWN
