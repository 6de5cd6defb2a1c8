"""Tests of edms.organisation."""
