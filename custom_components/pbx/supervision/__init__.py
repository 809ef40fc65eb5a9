"""Supervision: joining the calls of others, by policy, with a record of it."""
