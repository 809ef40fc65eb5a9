"""The client of the P-Series, over the simulated PBX."""
