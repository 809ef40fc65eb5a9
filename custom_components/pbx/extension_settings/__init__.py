"""The settings of extensions on the PBX."""
