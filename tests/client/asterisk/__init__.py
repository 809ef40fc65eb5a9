"""Tests of the Asterisk client that need no real Asterisk."""
