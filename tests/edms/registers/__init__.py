"""Tests of `edms/registers`."""
