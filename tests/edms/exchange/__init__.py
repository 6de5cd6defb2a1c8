"""Tests of `edms/exchange`."""
