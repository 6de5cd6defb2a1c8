"""Tests of edms.accounts."""
