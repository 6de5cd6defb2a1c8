"""Tests of edms."""
