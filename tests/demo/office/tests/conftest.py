"""The simulator's fixtures."""

from tests.simulator.fixtures import (
    clock,
    legacy,
    receiver,
    reported,
    sim,
    sockets,
    wire,
)

__all__ = ["clock", "legacy", "receiver", "reported", "sim", "sockets", "wire"]
