"""Version 2.0.0 of the API: each call with all its members."""
