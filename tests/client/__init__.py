"""Tests of the client: against the simulator over real sockets, without Home Assistant."""
