"""Constants of the trivial integration."""

from typing import Final

DOMAIN: Final = "trivial"
CONF_NUMBERS: Final = "numbers"
