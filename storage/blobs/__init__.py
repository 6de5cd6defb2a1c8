"""Blobs: immutable byte strings named by their SHA-256.

`port` what every store does · `staging` bytes that nobody decided to keep yet · `folder` the embedded store. A blob is
written before the row that names it; a blob that no row names is an orphan and harmless.
"""
