"""What a durable submission costs: processor time beside a bare hello, and how long a client waits."""

from __future__ import annotations

import http.client
import secrets
import statistics
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode

from bench.serving import Served, running

ROUNDS = 5
PER_ROUND = 300
CLIENTS = (1, 8, 32)
PER_CLIENTS = 640
FORM = {f"c{c}_{i}": "5" for c, most in enumerate((4, 5, 4, 4, 5, 4), start=1) for i in range(1, most + 1)}


def main() -> None:
    """Print processor time in turns, then the waiting times by number of clients."""
    with running("hello") as hello, running("product") as product:
        _drive(hello, 8, 200, _get)
        _drive(product, 8, 200, _post)
        ratios = []
        for _ in range(ROUNDS):
            bare = _cpu(hello, _get)
            submission = _cpu(product, _post)
            ratios.append((submission / bare, submission, bare))
        _print_cpu(ratios)
        print("\n| clients | p50 ms | p95 ms | p99 ms | p99 / p50 | a second |")
        print("| --- | --- | --- | --- | --- | --- |")
        for clients in CLIENTS:
            begun = time.perf_counter()
            waits = sorted(_drive(product, clients, PER_CLIENTS, _post))
            took = time.perf_counter() - begun
            p50, p95, p99 = (1000 * waits[int(len(waits) * q)] for q in (0.50, 0.95, 0.99))
            print(
                f"| {clients} | {p50:.1f} | {p95:.1f} | {p99:.1f} | {p99 / p50:.1f} | {len(waits) / took:.0f} |"
            )


def _print_cpu(rounds: list[tuple[float, float, float]]) -> None:
    print("| round | submission ms | hello ms | ratio |\n| --- | --- | --- | --- |")
    for number, (ratio, submission, bare) in enumerate(rounds, start=1):
        print(f"| {number} | {submission:.2f} | {bare:.2f} | {ratio:.1f} |")
    ratios = sorted(ratio for ratio, _, _ in rounds)
    print(f"\nmedian {statistics.median(ratios):.1f} hellos (from {ratios[0]:.1f} to {ratios[-1]:.1f})")


def _cpu(served: Served, ask: Callable[[http.client.HTTPConnection, str], int]) -> float:
    """Return the server's processor milliseconds per request, at 8 clients."""
    before = served.cpu_seconds()
    count = len(_drive(served, 8, PER_ROUND * 8, ask))
    return 1000 * (served.cpu_seconds() - before) / count


def _drive(
    served: Served, clients: int, requests: int, ask: Callable[[http.client.HTTPConnection, str], int]
) -> list[float]:
    """Send that many requests from that many clients; return each one's waiting time in seconds."""
    waits: list[float] = []

    def client() -> None:
        connection = http.client.HTTPConnection(served.host, served.port, timeout=30)
        for _ in range(requests // clients):
            begun = time.perf_counter()
            status = ask(connection, served.path)
            waits.append(time.perf_counter() - begun)
            if status not in {200, 303}:
                raise RuntimeError(f"answered {status}")
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def _get(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    return _read(connection)


def _post(connection: http.client.HTTPConnection, path: str) -> int:
    body = urlencode({**FORM, "overall": "5", "key": secrets.token_urlsafe(16)})
    connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    return _read(connection)


def _read(connection: http.client.HTTPConnection) -> int:
    answer = connection.getresponse()
    answer.read()
    return answer.status


if __name__ == "__main__":
    main()
