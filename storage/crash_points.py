"""Places where a process can be made to die, so that tests can see what a crash at the worst moment leaves behind.

```
reached("axis.acceptance.blob-kept")                 # between two steps that a crash must not part
reached("axis.routing.recipient-offered", number)    # in a loop: which round it is
```

Off, which is always so but in fault tests, a point costs one comparison. `arm` names a folder; from then on a process that
reaches a point of which there is a file in the folder removes the file and kills itself as `kill -9` would. Removing comes
first and succeeds in one process alone, so one file is one death. A file that holds a number waits for that round. Only the
composition roots call `arm`, with a setting that is refused in production.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_folder: Path | None = None


def arm(folder: Path | None) -> None:
    """Let points named by files in `folder` kill this process; `None` turns them off."""
    global _folder  # noqa: PLW0603 - the points are all over the process, as its signals are
    _folder = folder


def reached(point: str, number: int = 1) -> None:
    """Die here if somebody wishes so: `point` is `package.part.moment`, `number` counts rounds from 1."""
    if _folder is not None:
        _die_if_wished(_folder / point, number)


def _die_if_wished(wish: Path, number: int) -> None:
    try:
        if (wish.read_text().strip() or str(number)) != str(number):
            return
        wish.unlink()
    except FileNotFoundError:
        return  # nobody wishes it, or another process has just died for it
    os.kill(os.getpid(), signal.SIGKILL)
