"""Tests of `edms/workflow`."""
