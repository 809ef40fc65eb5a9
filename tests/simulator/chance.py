"""Chance that repeats itself."""

from random import Random


class Chance(Random):
    """Random numbers that are the same for the same words; not for secrets."""
