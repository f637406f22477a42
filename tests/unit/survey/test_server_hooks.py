"""What our server overrides in waitress is there, and no other name of ours is waitress's."""

from __future__ import annotations

import pytest
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask

from survey import server

OF_EVERY_CLASS = frozenset(dir(object)) | {"__module__"}
OVERRIDDEN = {
    (server.RefusalTask, ErrorTask): {"execute"},
    (server.LimitedRequestParser, HTTPRequestParser): {"parse_header", "received"},
    (server.ClientChannel, HTTPChannel): {
        "error_task_class",
        "handle_close",
        "handle_read",
        "parser_class",
        "readable",
        "received",
    },
    (server.Server, TcpWSGIServer): {"channel_class", "maintenance", "run"},
}


@pytest.mark.parametrize(
    ("ours", "theirs", "names"),
    [(*pair, names) for pair, names in OVERRIDDEN.items()],
    ids=["task", "parser", "channel", "server"],
)
def test_what_we_override_is_there_and_nothing_else(ours: type, theirs: type, names: set[str]) -> None:
    assert set(vars(ours)) & set(dir(theirs)) - OF_EVERY_CLASS == names


@pytest.mark.parametrize(
    ("theirs", "names"),
    [
        (HTTPChannel, {"request", "total_outbufs_len", "will_close", "connected"}),
        (HTTPRequestParser, {"chunked", "error", "expect_continue", "version"}),
        (TcpWSGIServer, {"del_channel", "pull_trigger"}),
    ],
    ids=["channel", "parser", "server"],
)
def test_what_we_read_is_there(theirs: type, names: set[str]) -> None:
    assert names <= set(dir(theirs))
