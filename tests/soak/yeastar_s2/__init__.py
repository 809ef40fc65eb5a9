"""The random days on the wire of the S-Series' version 2."""
