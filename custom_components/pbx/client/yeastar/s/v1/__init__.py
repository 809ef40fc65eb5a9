"""Versions 1.0.x and 1.1.0 of the API: reports tell parts of calls."""
