"""The stage for demo and end-to-end tests: a simulated PBX and a real Home Assistant."""
