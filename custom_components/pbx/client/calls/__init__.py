"""Calls: their legs, their changes, and the events these make."""
