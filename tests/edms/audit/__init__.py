"""Tests of edms.audit."""
