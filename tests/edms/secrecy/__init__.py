"""Tests of `edms.secrecy`."""
