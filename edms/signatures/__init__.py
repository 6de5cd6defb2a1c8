"""Signing and sealing: the leader signs first, then number and date, then the agency's seal (NĐ 30/2020 Điều 13, 15, 32)."""
