"""Version 2.0.0 of the API: each call is told with all its members."""
