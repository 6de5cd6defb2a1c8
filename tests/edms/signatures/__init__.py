"""Tests of `edms/signatures`."""
