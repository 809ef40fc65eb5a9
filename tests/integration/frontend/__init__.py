"""Tests of the registration of the panel."""
