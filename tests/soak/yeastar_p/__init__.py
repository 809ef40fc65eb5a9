"""The proof on the wire of the P-Series."""
