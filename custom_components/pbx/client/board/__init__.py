"""The picture of one PBX: its extensions, trunks and calls."""
