"""One server for every use: waitress, with limits that slow, broken or hostile clients cannot get round.

One thread looks after all sockets and hands whole requests to a few workers, so that a client which
sends or reads slowly costs a file descriptor and never a worker.
"""

from __future__ import annotations

import errno
import html
import logging
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from types import FrameType
from typing import TYPE_CHECKING

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from survey.errors import Refusal, catalogue

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LARGEST_BODY = 64 * 1024
LARGEST_UPLOAD = 60_000_000  # for the few addresses that take files, from somebody with a session
UPLOADS = ("/phieu-quet", "/con-dau", "/thu-moi", "/tron-thu", "/phieu-cho")
LARGEST_HEADER = 16 * 1024
REQUEST_SECONDS = 60  # from a request's first byte to its last; 64 kB take 55 s at 9,600 bit/s
IDLE_SECONDS = 30  # a connection on which nothing happens
GRACE_SECONDS = 5  # for what is being worked on when the server is told to stop
LINGER_SECONDS = 5  # for a refused client to stop sending and read why
SPARE_FILES = 200  # kept back from connections, for the database, the workers and the libraries

PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head>
<body><h1>{title}</h1><p lang="en">{english}</p></body></html>
"""
# What the catalogue says about the faults that are found before the application sees a request.
CODES = {413: "body_too_large", 500: "defect"}
OTHER_CODE = "request_bad"


class RefusalTask(ErrorTask):
    """Answers a request that never reaches the application, in our own words."""

    def execute(self) -> None:
        """Write the status, a short page and the end of the connection."""
        error = self.request.error
        entry = catalogue()[CODES.get(error.code, OTHER_CODE)]
        page = PAGE.format(
            title=html.escape(entry.sentence("vi", {})), english=html.escape(entry.sentence("en", {}))
        ).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.set_close_on_finish()
        self.content_length = len(page)
        self.write(page)
        self.channel.refused = True


class LimitedRequestParser(HTTPRequestParser):
    """Lets files come to the addresses that take them, and nothing large anywhere else.

    It refuses a header that a proxy before us could read otherwise than we do, and never invites a client
    that waits for ``100 Continue`` to send what is refused already.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Read the header and choose how much may follow it; the application chooses again.

        Raises:
            ParsingError: for a header that can be read in two ways; it becomes a 400.
        """
        super().parse_header(header_plus)
        self._require_one_meaning()
        path = self.path.partition("?")[0]
        if path.startswith("/noi-bo/") and path.endswith(UPLOADS) and "COOKIE" in self.headers:
            limits: Adjustments = copy(self.adj)  # type: ignore[has-type]
            limits.max_request_body_size = LARGEST_UPLOAD + 1
            self.adj = limits

    def _require_one_meaning(self) -> None:
        """Refuse two lengths of one body, and any number of hosts but one (RFC 9112, 3.2 and 6.1)."""
        chunked = self.chunked or "TRANSFER_ENCODING" in self.headers  # HTTP/1.0 knows none, and keeps it
        if chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length beside Transfer-Encoding")
        host = self.headers.get("HOST")
        if host is None and self.version == "1.1":
            raise ParsingError("no Host")
        if host is not None and "," in host:  # waitress joins what came twice
            raise ParsingError("more than one Host")

    def received(self, data: bytes) -> int:
        """Take in *data* and return how much of it belongs to this request."""
        consumed: int = super().received(data)
        if self.error:
            self.expect_continue = False
        return consumed


class ClientChannel(HTTPChannel):
    """One client's connection, with a deadline for each request and a gentle end after a refusal.

    To close a socket on which unread bytes wait makes the system send a reset, and the client loses the
    very answer that says why. So a refused connection is closed for writing, and read dry, first.
    """

    error_task_class = RefusalTask
    parser_class = LimitedRequestParser
    refused = False
    begun: float | None = None
    lingers_until: float | None = None

    def received(self, data: bytes) -> bool:
        """Take in *data* and remember when the request in the making began."""
        before = self.request
        taken: bool = super().received(data)
        if self.request is None:
            self.begun = None
        elif self.request is not before:
            self.begun = time.time()
        return taken

    def overdue(self, now: float) -> bool:
        """Return whether this connection has had its time."""
        if self.lingers_until is not None:
            return now > self.lingers_until
        return self.begun is not None and now - self.begun > REQUEST_SECONDS

    def busy(self) -> bool:
        """Return whether a whole request is being worked on, or its answer not sent yet."""
        return self.lingers_until is None and bool(self.requests or self.total_outbufs_len)

    def readable(self) -> bool:
        """Return whether bytes from the client are wanted."""
        return self.lingers_until is not None or bool(super().readable())

    def handle_read(self) -> None:
        """Take in what the client sent; after a refusal, throw it away."""
        if self.lingers_until is None:
            super().handle_read()
        elif time.time() > self.lingers_until:
            super().handle_close()
        else:
            self._discard()

    def handle_close(self) -> None:
        """Close the connection, after a refusal only for writing."""
        if not self.refused or self.lingers_until is not None or not self.connected:
            super().handle_close()
            return
        self.will_close = False
        self.lingers_until = time.time() + LINGER_SECONDS
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            super().handle_close()

    def _discard(self) -> None:
        try:
            self.recv(LARGEST_BODY)  # closes the connection when the client has
        except OSError:
            super().handle_close()


class Server(TcpWSGIServer):
    """A listening server: :meth:`run` serves until :meth:`stop`, which any thread or signal may call."""

    channel_class = ClientChannel

    def __init__(self, app: WSGIApplication, listening: socket.socket, threads: int) -> None:
        adjustments = Adjustments(
            sockets=[listening],
            threads=threads,
            ident="hailong",
            asyncore_use_poll=True,
            connection_limit=_most_connections(),
            cleanup_interval=1,
            channel_timeout=IDLE_SECONDS,
            max_request_body_size=LARGEST_BODY + 1,  # waitress refuses what reaches its limit
            max_request_header_size=LARGEST_HEADER,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,  # the application alone decides which proxies it believes
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            app,
            {},
            _sock=listening,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )
        self.stops = 0

    @property
    def address(self) -> str:
        """Where the server is reached, like ``http://127.0.0.1:8000``."""
        host = f"[{self.effective_host}]" if ":" in self.effective_host else self.effective_host
        return f"http://{host}:{self.effective_port}"

    def maintenance(self, now: float) -> None:
        """Mark connections for closing that are idle or past their deadline."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.overdue(now):
                channel.will_close = True

    def stop(self) -> None:
        """Ask the server to finish what it works on and to end; asked twice, it ends at once."""
        self.stops += 1
        with suppress(OSError):  # it has ended already
            self.pull_trigger()

    def run(self) -> None:
        """Serve until told to stop, then finish what is being worked on."""
        while not self.stops:
            self._turn(1)
        self.del_channel()
        self.socket.close()
        deadline = time.monotonic() + GRACE_SECONDS
        while self.stops < 2 and time.monotonic() < deadline and any(c.busy() for c in self._channels()):
            self._turn(0.1)
        for channel in self._channels():
            HTTPChannel.handle_close(channel)
        self.task_dispatcher.shutdown(timeout=max(0.1, deadline - time.monotonic()) if self.stops < 2 else 0)
        self.trigger.close()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _channels(self) -> list[ClientChannel]:
        return list(self.active_channels.values())


def listen(app: WSGIApplication, host: str, port: int, *, threads: int = 8) -> Server:
    """Return a server for *app* that listens already; port 0 takes any free one.

    Raises:
        Refusal: ``port_taken``, ``address_unusable``.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise Refusal("port_taken", port=port) from fault
        raise Refusal(
            "address_unusable", host=host, port=port, why=str(fault.strerror).partition(" (while")[0]
        ) from fault
    return Server(app, listening, threads)


def serve(
    app: WSGIApplication, host: str, port: int, *, threads: int = 8, on_ready: Callable[[str], None]
) -> None:
    """Serve *app* until SIGINT or SIGTERM; *on_ready* is told the address once clients can connect.

    Raises:
        Refusal: ``port_taken``, ``address_unusable``.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # waiting for a worker is no event
    server = listen(app, host, port, threads=threads)
    with _stopped_by_signals(server):
        on_ready(server.address)
        server.run()


@contextmanager
def _stopped_by_signals(server: Server) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _most_connections() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(100, min(soft - SPARE_FILES, 4000))
