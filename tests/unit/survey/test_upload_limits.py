"""Only the addresses that take files take large bodies, and only from somebody with a session."""

from __future__ import annotations

import pytest
from waitress.adjustments import Adjustments

from survey import server
from survey.web.paper import scans

LARGE = 1_000_000


def refused(path: str, *, size: int = LARGE, cookie: bool = True) -> bool:
    parser = server.LimitedRequestParser(Adjustments(max_request_body_size=server.LARGEST_BODY + 1))
    header = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n"
    parser.received((header + ("Cookie: hailong=x\r\n" if cookie else "") + "\r\n").encode())
    return parser.error is not None


@pytest.mark.parametrize(
    "path", ["/noi-bo/a/phieu-quet", "/noi-bo/a/phieu-in/con-dau", "/noi-bo/a/phieu-quet?x=1"]
)
def test_files_come_in_where_they_are_taken(path: str) -> None:
    assert not refused(path)
    assert not refused(path, size=server.LARGEST_UPLOAD)
    assert refused(path, size=server.LARGEST_UPLOAD + 1)
    assert refused(path, cookie=False)


@pytest.mark.parametrize(
    "path", ["/k/x", "/noi-bo/a/nhap-phieu", "/phieu-quet", "/noi-bo/a/nhap-phieu?/phieu-quet"]
)
def test_nothing_large_comes_in_anywhere_else(path: str) -> None:
    assert refused(path)
    assert not refused(path, size=server.LARGEST_BODY)


def test_server_and_page_agree() -> None:
    assert scans.LARGEST_UPLOAD == server.LARGEST_UPLOAD
