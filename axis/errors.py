"""The root of the axis package's errors.

```
AxisError
├── axis.http.errors.EdgeError   what any HTTP edge may answer
├── axis.edxml.errors            what makes a message meaningless or unfit to be sent
├── axis.hub.errors              what the hub refuses
└── axis.client                  what a client meets
```
"""

from __future__ import annotations

from schemas.problems import Problem


class AxisError(Problem):
    """Base of the tree."""
