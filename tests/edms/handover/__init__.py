"""Tests of edms.handover."""
