"""The calls of one PBX: their state, its changes, and the resulting events."""
