"""Plays an office with live calls on the simulator."""
