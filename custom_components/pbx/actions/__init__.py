"""The actions of the domain."""
