"""The server under clients that stall, send too much, or are cut off by its end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from survey import server
from survey.errors import Refusal, catalogue

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parents[2]
STALLED_OF_EACH_KIND = 20
GREAT = b"x" * (8 * 1024 * 1024)
# What a proxy could read as another request, or as one for another host, than we do.
AMBIGUOUS = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.0\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost:\r\nhost: y\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
)
started = threading.Event()


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer /great with 8 MB, /slow after a second, and everything else with the length of its body."""
    body = str(len(environ["wsgi.input"].read())).encode()
    if environ["PATH_INFO"] == "/great":
        body = GREAT
    if environ["PATH_INFO"] == "/slow":
        started.set()
        time.sleep(1)
    if environ["PATH_INFO"] == "/defect":
        raise ZeroDivisionError
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def running() -> Iterator[server.Server]:
    """A server on a free port with two workers."""
    made = server.listen(app, "127.0.0.1", 0, threads=2)
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    made.stop()
    thread.join(10)
    assert not thread.is_alive()


def connected(to: server.Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(to.effective_port)), timeout=10)


def exchange(to: server.Server, request: bytes) -> bytes:
    """Send *request* and return everything that comes back until the server closes."""
    with connected(to) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return everything(client)


def everything(client: socket.socket) -> bytes:
    received = b""
    while part := client.recv(65536):
        received += part
    return received


def get(to: server.Server, path: str = "/") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", int(to.effective_port), timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def channels(of: server.Server) -> list[server.ClientChannel]:
    return list(of.active_channels.values())


def waits_for_its_reader(channel: server.ClientChannel) -> bool:
    return not channel.requests and channel.total_outbufs_len > 0


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_sixty_stalled_clients_do_not_delay_another(running: server.Server) -> None:
    with ExitStack() as stalled:
        for _ in range(STALLED_OF_EACH_KIND):
            stalled.enter_context(connected(running)).sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            stalled.enter_context(connected(running)).sendall(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\npart"
            )
            reader = stalled.enter_context(connected(running))
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(b"GET /great HTTP/1.1\r\nHost: x\r\n\r\n")
        assert eventually(lambda: len(running.active_channels) == 3 * STALLED_OF_EACH_KIND)
        assert eventually(
            lambda: sum(waits_for_its_reader(c) for c in channels(running)) == STALLED_OF_EACH_KIND
        )
        waits = []
        for _ in range(5):
            begun = time.monotonic()
            assert get(running).status == 200
            waits.append(time.monotonic() - begun)
        assert min(waits) < 1  # a busy machine may hold one up, a starved server holds all up
        assert max(waits) < server.IDLE_SECONDS / 3


def test_the_largest_body_is_taken_and_one_byte_more_is_not(running: server.Server) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    largest = server.LARGEST_BODY
    taken = exchange(running, head % largest + b"a" * largest)
    assert taken.startswith(b"HTTP/1.1 200 OK\r\n")
    assert taken.endswith(b"65536")
    assert exchange(running, head % (largest + 1)).startswith(b"HTTP/1.1 413 ")


def test_a_great_body_is_refused_before_it_is_sent(running: server.Server) -> None:
    with connected(running) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        answer = everything(client)
    head, _, page = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"Content-Type: text/html; charset=utf-8" in head
    assert b"Connection: close" in head
    assert catalogue()["body_too_large"].sentence("vi", {}) in page.decode()
    assert page.startswith(b'<!doctype html>\n<html lang="vi">')


def test_a_client_that_sends_on_still_reads_why(running: server.Server) -> None:
    great = b"a" * 4_000_000
    answer = exchange(
        running, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(great) + great
    )
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"</html>\n")


def test_a_great_chunked_body_is_refused_as_soon_as_it_is_great(running: server.Server) -> None:
    with connected(running) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(9):
            client.sendall(b"2000\r\n" + b"a" * 0x2000 + b"\r\n")
        assert everything(client).startswith(b"HTTP/1.1 413 ")  # the body never came to an end


def test_no_client_is_invited_to_send_what_is_refused(running: server.Server) -> None:
    with connected(running) as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n"
        )
        assert everything(client).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n", b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", b"501"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        *((head, b"400") for head in AMBIGUOUS),
    ],
)
def test_malformed_requests_are_answered_in_our_words(
    running: server.Server, request_head: bytes, status: bytes
) -> None:
    head, _, page = exchange(running, request_head).partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert catalogue()["request_bad"].sentence("vi", {}) in page.decode()


def test_a_defect_of_the_application_shows_nothing_of_itself(
    running: server.Server, caplog: pytest.LogCaptureFixture
) -> None:
    answer = exchange(running, b"GET /defect HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert catalogue()["defect"].sentence("vi", {}) in answer.decode()
    assert b"ZeroDivision" not in answer
    assert "ZeroDivisionError" in caplog.text


def test_the_server_names_itself_without_a_version(running: server.Server) -> None:
    assert get(running).headers["Server"] == "hailong"


def test_a_request_past_its_deadline_is_cut_off(
    running: server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 1)
    with connected(running) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        begun = time.monotonic()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while time.monotonic() - begun < 8:
                client.sendall(b"a")  # never idle, never done
                time.sleep(0.1)
    assert time.monotonic() - begun > 1


def test_a_refused_client_that_never_stops_is_cut_off(
    running: server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LINGER_SECONDS", 0.5)
    with connected(running) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        begun = time.monotonic()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while time.monotonic() - begun < 8:
                client.sendall(b"a" * 1000)
                time.sleep(0.05)


def test_a_refused_client_that_falls_silent_is_let_go(
    running: server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LINGER_SECONDS", 0.5)
    with connected(running) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        everything(client)
        assert eventually(lambda: not running.active_channels, 5)


def test_a_taken_port_is_refused_with_its_number(running: server.Server) -> None:
    with pytest.raises(Refusal) as refusal:
        server.listen(app, "127.0.0.1", int(running.effective_port))
    assert refusal.value.code == "port_taken"
    assert running.effective_port in refusal.value.sentence("vi")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        server.listen(app, "192.0.2.1", 8000)
    assert refusal.value.code == "address_unusable"


def test_the_address_of_ipv6_stands_in_brackets() -> None:
    if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("this machine has no IPv6")
    made = server.listen(app, "::1", 0, threads=1)
    assert made.address == f"http://[::1]:{made.effective_port}"
    made.stop()
    made.run()


PROGRAM = """
import time
from survey.server import serve

def app(environ, start_response):
    print("begun", flush=True)
    time.sleep(1)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]

serve(app, "127.0.0.1", 0, threads=2, on_ready=lambda address: print(address, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_running_request_finish(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        idle = socket.create_connection(("127.0.0.1", port), timeout=10)
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        with idle, client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert process.stdout.readline() == "begun\n"
            process.send_signal(number)
            assert everything(client).endswith(b"done")
            assert process.wait(10) == 0
        assert process.stdout.read() == "ended\n"
        assert not process.stderr.read()
