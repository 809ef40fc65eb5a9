"""A real Home Assistant, a simulated PBX in its own process, and a real browser."""
