"""The bottom of the layer map: the one XML reader, schemas and code lists, and the shape of every problem.

It knows no other package of ours. All bytes of XML that enter the system pass through `schemas.reader`.
"""

from schemas.reader import parse

__all__ = ["parse"]
