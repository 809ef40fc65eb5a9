"""Constants of the PBX integration."""

import logging
from typing import Final

DOMAIN: Final = "pbx"
LOGGER: Final = logging.getLogger(__package__)

CONF_FINGERPRINT: Final = "fingerprint"
CONF_CONTACTS: Final = "contacts"
CONF_PASSWORD_MD5: Final = "password_md5"
CONF_NEVER_MONITORED: Final = "never_monitored"
CONF_REPORT_ADDRESS: Final = "report_address"
CONF_REPORT_PORT: Final = "report_port"
CONF_REPORT_SENDERS: Final = "report_senders"

CONF_SUPERVISION: Final = "supervision"
CONF_SUPERVISORS: Final = "supervisors"

DEFAULT_PORT: Final = 8088
DEFAULT_REPORT_PORT: Final = 8260
DEFAULT_SSL: Final = True

KEY_STATUS: Final = "status"

ISSUE_PUSH_MISSING: Final = "push_missing"
ISSUE_NOT_REPORTED: Final = "not_reported"
ISSUE_PORT_TAKEN: Final = "port_taken"

SERVICE_BARGE_IN: Final = "barge_in"
SERVICE_LISTEN: Final = "listen"
SERVICE_STOP_MONITORING: Final = "stop_monitoring"
SERVICE_WHISPER: Final = "whisper"
ATTR_CALL_ID: Final = "call_id"
ATTR_DIALED: Final = "dialed"
ATTR_DIRECTION: Final = "direction"
ATTR_DURATION: Final = "duration"
ATTR_ENDED: Final = "ended"
ATTR_ENDED_BY: Final = "ended_by"
ATTR_EXTENSION: Final = "extension"
ATTR_MODE: Final = "mode"
ATTR_MONITORED_BY: Final = "monitored_by"
ATTR_NAME: Final = "name"
ATTR_NUMBER: Final = "number"
ATTR_OUTCOME: Final = "outcome"
ATTR_PORT: Final = "port"
ATTR_RANG: Final = "rang"
ATTR_REASON: Final = "reason"
ATTR_SUPERVISOR: Final = "supervisor"
ATTR_TALKED: Final = "talked"
ATTR_TRUNK: Final = "trunk"
ATTR_TYPE: Final = "type"
ATTR_USER: Final = "user"
ATTR_VIA: Final = "via"
ATTR_WAIT: Final = "wait"
ATTR_WHISPERED: Final = "whispered"
ATTR_WHISPERER: Final = "whisperer"
