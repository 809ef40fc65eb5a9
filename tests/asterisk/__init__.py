"""A real Asterisk, its phones and its provider, and the client on it."""
