"""The product in one process with its clock, its random source and its surroundings held still.

What has to be held still is patched in the standard library, so that no name inside the product is needed;
:func:`hold_still` must come before the first import of the product.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import random
import re
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

SITE = "https://khaosat.tinh.example.vn"
MOMENT = 1724124600  # 20 August 2024, 10:30 in Vietnam: inside the window of the bundled plan
PASSWORD = "mot cau de nho"
SURROUNDINGS = {
    "HAILONG_PUBLIC_URL": SITE,
    "HAILONG_PASSWORD": PASSWORD,
    "HAILONG_LANG": "vi",
    "COLUMNS": "200",
    "LINES": "60",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "TZ": "UTC",
}
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
FORM_KEY = re.compile(r'name="?key"?[^>]* value="([^"]+)"')
_Moment = dt.datetime


class _OneClass(type):
    """Lets every real moment pass for an instance of the class that stands in its place."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _Moment)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _Moment)


class _Still(_Moment, metaclass=_OneClass):
    """The class of moments with a clock that stands."""

    moment: ClassVar[int] = MOMENT

    def __new__(cls, *args: Any, **options: Any) -> Any:
        return _Moment(*args, **options)

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return _Moment.fromtimestamp(cls.moment, tz)

    @classmethod
    def utcnow(cls) -> Any:
        return _Moment.fromtimestamp(cls.moment, dt.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        return cls.now()


class Chance:
    """A source of bytes that gives the same ones after the same name, whatever was drawn before."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, name: str) -> None:
        """Start anew, so that one output does not hang on how much another one drew."""
        self.stream = random.Random(name)
        random.seed(name)

    def bytes(self, count: int) -> bytes:
        """Return the next bytes."""
        return self.stream.randbytes(count)


chance = Chance()


def hold_still(moment: int = MOMENT) -> contextlib.ExitStack:
    """Hold clock, random source and surroundings still until the stack that comes back is closed."""
    stack = contextlib.ExitStack()
    stack.enter_context(mock.patch.object(_Still, "moment", moment))
    stack.enter_context(mock.patch.object(os, "urandom", chance.bytes))
    stack.enter_context(mock.patch.object(random, "_urandom", chance.bytes))  # what `secrets` draws from
    stack.enter_context(mock.patch.object(dt, "datetime", _Still))
    stack.enter_context(mock.patch.object(time, "time", return_value=float(moment)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAILONG_")}
    stack.enter_context(mock.patch.dict(os.environ, {**kept, **SURROUNDINGS}, clear=True))
    time.tzset()
    return stack


class StopsServer(io.BytesIO):
    """Standard output that ends a server, as its user would, once the last line about it stands there."""

    def write(self, data: Any) -> int:
        count = super().write(data)
        if b"Ctrl-C" in bytes(data):
            signal.raise_signal(signal.SIGINT)
        return count


def command(*words: str, data: Path | None = None) -> tuple[int, str, str]:
    """Run one command line as ``./hailong`` does; return its exit code and what it wrote on both channels."""
    raw, raw_err = StopsServer(), io.BytesIO()
    out, err = (io.TextIOWrapper(each, "utf-8", write_through=True) for each in (raw, raw_err))
    given = {} if data is None else {"HAILONG_DATA": str(data)}
    code: Any = 0
    with (
        mock.patch.dict(os.environ, given),
        mock.patch.object(sys, "argv", ["hailong", *words]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            runpy.run_module("survey.cli", run_name="__main__")
        except SystemExit as end:
            code = end.code
    return int(code or 0), raw.getvalue().decode(), raw_err.getvalue().decode()


class Browser:
    """Somebody at an address of his own, so that no limit of another one concerns him."""

    def __init__(self, app: Any, number: int) -> None:
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"

    def ask(self, path: str, said: Any = None, **options: Any) -> Any:
        """Return the answer to a page that is asked for, or to what is sent to it."""
        kind = self.client.get if said is None else self.client.post
        given = {} if said is None else {"data": said}
        return kind(path, base_url=SITE, **given, **options)

    def send(self, path: str, page: str, **fields: Any) -> Any:
        """Send the form that *page* shows."""
        shown = self.ask(page).text
        key = FORM_KEY.search(shown)
        token = TOKEN.search(shown)
        hidden = {"csrf_token": token[1] if token else "", **({"key": key[1]} if key else {})}
        return self.ask(path, {**hidden, **fields}, headers={"Referer": SITE + page})

    def sign_in(self, email: str, password: str) -> Browser:
        """Sign in, or say that it failed."""
        answer = self.send("/noi-bo/dang-nhap", "/noi-bo/dang-nhap", email=email, password=password)
        if answer.status_code != 302:
            raise RuntimeError(f"the sign-in of {email} failed")
        return self


def served(data: Path) -> Any:
    """Return the application of a data directory."""
    with mock.patch.dict(os.environ, {"HAILONG_DATA": str(data)}):
        from survey import create_app

        return create_app()
