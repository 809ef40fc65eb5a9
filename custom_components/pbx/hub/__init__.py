"""One PBX in Home Assistant: its connection, its picture, and what is told of it."""
