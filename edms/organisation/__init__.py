"""Agencies, units, positions, people and appointments: who may act for whom, on which day.

Work belongs to a position, never to a person. Rows carry `valid_from` and `valid_to`; a closed row is never updated.
"""
