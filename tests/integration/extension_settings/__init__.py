"""Tests of the settings of extensions."""
