"""Constants of the PBX integration."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "pbx"
LOGGER: Final = logging.getLogger(__package__)

CONF_FINGERPRINT: Final = "fingerprint"
CONF_PASSWORD_MD5: Final = "password_md5"

DEFAULT_PORT: Final = 8088
DEFAULT_SSL: Final = True

POLL_INTERVAL: Final = timedelta(seconds=10)

KEY_STATUS: Final = "status"

SERVICE_WHISPER: Final = "whisper"
ATTR_CALL_ID: Final = "call_id"
ATTR_NUMBER: Final = "number"
ATTR_PORT: Final = "port"
ATTR_TYPE: Final = "type"
ATTR_WHISPERED: Final = "whispered"
ATTR_WHISPERER: Final = "whisperer"
