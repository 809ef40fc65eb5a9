"""Supervision: monitoring the calls of extensions, with a policy and an audit."""
