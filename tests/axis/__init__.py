"""Tests of the axis."""
