"""Asterisk and FreePBX, over the manager interface (AMI)."""

from .pbx import Asterisk

__all__ = ["Asterisk"]
