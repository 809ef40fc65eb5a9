"""Tests of the phone system."""
