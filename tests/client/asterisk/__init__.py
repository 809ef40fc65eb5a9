"""Asterisk: what needs none."""
