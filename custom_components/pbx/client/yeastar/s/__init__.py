"""The Yeastar S-Series family (S20 to S300, K2, S1000, Cloud PBX)."""

from .pbx import YeastarS, hash_password

__all__ = ["YeastarS", "hash_password"]
