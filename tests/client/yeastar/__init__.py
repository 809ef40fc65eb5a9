"""Tests of the Yeastar families."""
