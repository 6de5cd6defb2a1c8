"""A line between clients and hub that misbehaves: it drops answers, cuts bodies, stalls and closes.

`python -m tests.faults.proxy PORT SEED RATE BACKEND_PORT…` listens on 127.0.0.1 and passes each connection to one of the backends
that takes it, as a load balancer would. A share `RATE` of the connections suffers one fault, after a number of bytes that is
drawn too. On SIGTERM it prints how many of each there were.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import sys
from collections import Counter
from dataclasses import dataclass

CHUNK_BYTES = 16 * 1024
FAULTS = ("drop-answer", "cut-request", "cut-answer", "stall", "close")


@dataclass
class Fault:
    """What a connection suffers: `kind` once `after_bytes` have gone its way."""

    kind: str
    after_bytes: int
    seconds: float


class Proxy:
    """Passes connections on."""

    def __init__(self, seed: int, rate: float, backends: list[int]) -> None:
        self._chance = random.Random(seed)
        self._rate = rate
        self._backends = backends
        self._turn = 0
        self.suffered: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        with contextlib.suppress(asyncio.CancelledError):  # the line itself ends
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._draw()
        try:
            up_reader, up_writer = await self._connect()
        except OSError:
            self.suffered["no-backend"] += 1
            writer.transport.abort()
            return
        there = asyncio.create_task(self._pass(reader, up_writer, fault if fault.kind in ("cut-request",) else None))
        back_fault = fault if fault.kind in ("drop-answer", "cut-answer", "stall", "close") else None
        back = asyncio.create_task(self._pass(up_reader, writer, back_fault))
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for task in (there, back):
            task.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        for one in (writer, up_writer):
            one.close()  # what was passed on is still sent

    def _draw(self) -> Fault:
        kind = self._chance.choice(FAULTS) if self._chance.random() < self._rate else ""
        after = {"drop-answer": 0, "cut-request": 6_000}.get(kind, 4_000)
        return Fault(kind, self._chance.randint(0, after), self._chance.uniform(0.5, 3.0))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._turn += 1
        first = self._turn % len(self._backends)
        for port in self._backends[first:] + self._backends[:first]:
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        raise OSError("no backend takes connections")

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, fault: Fault | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while chunk := await source.read(CHUNK_BYTES):
                if fault is not None and passed + len(chunk) > fault.after_bytes:
                    self.suffered[fault.kind] += 1
                    if fault.kind == "stall":
                        await asyncio.sleep(fault.seconds)
                        fault = None
                    else:
                        kept = b"" if fault.kind == "drop-answer" else chunk[: fault.after_bytes - passed]
                        target.write(kept)
                        await target.drain()
                        return
                target.write(chunk)
                await target.drain()
                passed += len(chunk)


async def run(port: int, seed: int, rate: float, backends: list[int]) -> None:
    """Listen until SIGTERM."""
    proxy = Proxy(seed, rate, backends)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    server.close()
    sys.stdout.write(json.dumps(proxy.suffered) + "\n")


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), [int(one) for one in sys.argv[4:]]))
