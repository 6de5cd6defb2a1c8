"""Migrations of the EDMS. A version is never edited once released."""
