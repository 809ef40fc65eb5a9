"""The simulator against the literal samples of the reference, over real sockets."""
