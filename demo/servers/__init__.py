"""Servers that a production uses and a demonstration can start: each in a folder of its own, on 127.0.0.1 only."""
