"""Blobs: immutable byte strings named by their SHA-256.

`port` what every store does · `opening` from a URL to a store · `staging` bytes that nobody decided to keep yet · `folder` the
embedded store · `s3` a bucket (`s3_client` and `s3_reader` are its parts) · `checked` a reader that notices altered bytes ·
`copying` every blob of a store. A blob is written before the row that names it; one that no row names is an orphan and
harmless.
"""
