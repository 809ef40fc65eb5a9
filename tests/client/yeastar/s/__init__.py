"""Tests of the S-Series."""
