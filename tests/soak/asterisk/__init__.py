"""The proof on the wire of Asterisk: the manager interface beside the exchange."""
