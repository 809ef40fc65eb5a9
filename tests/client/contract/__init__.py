"""The contract: the same stories against every family of PBX, over real sockets."""
