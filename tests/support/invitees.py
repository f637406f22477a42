"""Recipients of invitations, and what they do with a link."""

from __future__ import annotations

import re

from flask.testing import FlaskClient


def csv_of(count: int, unit: str = "an-nhon", first: int = 1) -> bytes:
    """A list of that many recipients who rate the unit."""
    rows = [f"Công ty {n},vt{n}@cty{n}.example.vn,{unit}" for n in range(first, first + count)]
    return "\n".join(["Tên đơn vị,E-mail,Đơn vị", *rows]).encode()


def answer_by(client: FlaskClient, code: str) -> int:
    """Open the form of a code and send it; the status of the answer."""
    found = re.search(r'name=key value="([^"]+)"', client.get(f"/m/{code}").text)
    key = found[1] if found else "x" * 22
    return client.post(f"/m/{code}", data={"overall": "4", "comment": "", "key": key}).status_code
