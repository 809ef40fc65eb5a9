"""Settings of extensions on the PBX: read rarely, written one after the other."""
