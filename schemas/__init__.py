"""Message schemas, code lists, the one hardened XML reader, and the shape of every problem the product reports."""
