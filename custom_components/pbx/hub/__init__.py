"""The hub of one PBX: its connection, its state, and the updates of its entities."""
