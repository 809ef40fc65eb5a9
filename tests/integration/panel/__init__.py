"""Tests of the panel's WebSocket commands."""
