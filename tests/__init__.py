"""Tests mirror the packages; they use real parts."""
