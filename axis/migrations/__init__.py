"""Migrations of the hub. A version is never edited once released."""
