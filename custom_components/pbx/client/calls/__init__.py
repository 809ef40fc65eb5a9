"""Calls: what is known of them, how that changes, and the events that this makes."""
