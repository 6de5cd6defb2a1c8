"""REST, version 1: everything under `/v1/` with `Authorization: Bearer …`; errors are problem details in both languages."""
