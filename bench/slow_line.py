"""A line of 400 kbit/s and 400 ms there and back, between a browser on this machine and a server on this machine.

It carries TCP both ways through one process: every piece waits half a round trip and its turn on the line.
The kernel has shaken hands before this process sees a connection, so the handshake's round trips are put
before the first piece: one for TCP, one more for TLS 1.3. Slow start is left out: a page of 5 kB is far inside
the first window.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ROUND_TRIP = 0.4  # seconds
BYTES_A_SECOND = 400_000 / 8
FRAME = 40  # bytes of TCP and IP headers for each segment
SEGMENT = 1460


class _Direction:
    """One direction of the line: whatever is sent waits for what was sent before it."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def arrival(self, size: int, now: float) -> float:
        """Return when *size* bytes sent now have arrived."""
        frames = -(-size // SEGMENT)
        self._free_at = max(self._free_at, now) + (size + FRAME * frames) / BYTES_A_SECOND
        return self._free_at + ROUND_TRIP / 2


class _Line:
    def __init__(self, host: str, port: int, handshakes: int) -> None:
        self._server = (host, port)
        self._handshakes = handshakes
        self._up, self._down = _Direction(), _Direction()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, its handshakes first."""
        await asyncio.sleep(self._handshakes * ROUND_TRIP)
        from_server, to_server = await asyncio.open_connection(*self._server)
        ways = ((reader, to_server, self._up), (from_server, writer, self._down))
        await asyncio.gather(*(self._pipe(*way) for way in ways), return_exceptions=True)

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Direction
    ) -> None:
        loop = asyncio.get_running_loop()
        while piece := await reader.read(SEGMENT):
            delay = way.arrival(len(piece), loop.time()) - loop.time()
            loop.call_later(delay, writer.write, piece)
        loop.call_later(ROUND_TRIP, writer.close)


@contextmanager
def slow_line(host: str, port: int, handshakes: int) -> Iterator[int]:
    """Yield the port on which the line to a server begins; *handshakes* are round trips before the first byte."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    line = _Line(host, port, handshakes)
    starting = asyncio.run_coroutine_threadsafe(asyncio.start_server(line.carry, "127.0.0.1", 0), loop)
    listening = starting.result(5)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    carrying = asyncio.all_tasks() - {asyncio.current_task()}
    for task in carrying:
        task.cancel()
    await asyncio.gather(*carrying, return_exceptions=True)
