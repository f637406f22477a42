"""One frozen record of settings, read once from the environment; unsafe or bad values refuse to start."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from survey.errors import Fault, Refusal

DEFAULT_DATA = "instance"
DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"
MAX_THREADS = 64
LISTENED = "listened"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one installation.

    ``data`` holds the embedded database, the keys and the files. ``database_url`` is None for the
    embedded database. ``public_url`` is where citizens reach the service; QR codes carry it. Where nobody
    chose it, it is where the server of this data directory listened last.
    ``sign_pkcs12`` and ``sign_passphrase`` are the files of the office's key to sign with, None where it has none.
    ``proxies`` counts the reverse proxies in front whose forwarding headers are to be believed.
    """

    data: Path
    database_url: str | None = None
    public_url: str = DEFAULT_PUBLIC_URL
    public_url_chosen: bool = False
    threads: int = 8
    proxies: int = 0
    sign_pkcs12: Path | None = None
    sign_passphrase: Path | None = None

    @property
    def https(self) -> bool:
        """Whether citizens and officers reach the service by HTTPS."""
        return self.public_url.startswith("https://")

    def listening(self, host: str, port: int) -> Config:
        """Return the settings of a server at a loopback address: its QR codes lead to itself."""
        if self.public_url_chosen or not port or not _loopback(host):
            return self
        return replace(self, public_url=f"http://{host}:{port}")

    def remember(self) -> None:
        """Let the other commands on this data directory know where its server listens."""
        if not self.public_url_chosen:
            (self.data / LISTENED).write_text(self.public_url, "ascii")

    @property
    def sqlite_path(self) -> Path:
        """The file of the embedded database."""
        return self.data / "hailong.sqlite3"


def read(environ: Mapping[str, str], data: str | None = None) -> Config:
    """Return the settings that *environ* gives; *data* overrides ``HAILONG_DATA``.

    Raises:
        Refusal: ``settings_unsafe`` with every bad setting.
    """
    faults: list[Fault] = []
    place = Path(data or environ.get("HAILONG_DATA") or DEFAULT_DATA).absolute()
    chosen = _public_url(environ, faults)
    sign_pkcs12, sign_passphrase = _signing(environ, faults)
    config = Config(
        data=place,
        database_url=_database_url(environ, faults),
        public_url=chosen or _listened(place / LISTENED) or DEFAULT_PUBLIC_URL,
        public_url_chosen=chosen is not None,
        threads=_whole(environ, "HAILONG_THREADS", (1, MAX_THREADS), 8, faults),
        proxies=_whole(environ, "HAILONG_PROXIES", (0, 5), 0, faults),
        sign_pkcs12=sign_pkcs12,
        sign_passphrase=sign_passphrase,
    )
    if faults:
        raise Refusal("settings_unsafe", faults)
    return config


def from_environment(data: str | None = None) -> Config:
    """Return the settings of this process; see :func:`read`."""
    return read(os.environ, data)


def _database_url(environ: Mapping[str, str], faults: list[Fault]) -> str | None:
    url = environ.get("HAILONG_DATABASE_URL", "").strip()
    if not url:
        return None
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or not rest:
        faults.append(Fault("setting_database_url", "HAILONG_DATABASE_URL"))
        return None
    return f"postgresql+psycopg://{rest}"


def _signing(environ: Mapping[str, str], faults: list[Fault]) -> tuple[Path | None, Path | None]:
    """Return the files of the key to sign with; one without the other is a fault."""
    names = ("HAILONG_SIGN_KEY_FILE", "HAILONG_SIGN_PASSPHRASE_FILE")
    given = [environ.get(name, "").strip() for name in names]
    for name, value, other in zip(names, given, reversed(names), strict=True):
        if not value and any(given):
            faults.append(Fault("setting_sign_half", name, {"other": other}))
    pkcs12, passphrase = (Path(value).absolute() if value else None for value in given)
    return pkcs12, passphrase


def _listened(path: Path) -> str | None:
    """Return the loopback address that :meth:`Config.listening` remembered; None for anything else."""
    try:
        address = path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    return address if _loopback(_host(address) or "") else None


def _public_url(environ: Mapping[str, str], faults: list[Fault]) -> str | None:
    url = environ.get("HAILONG_PUBLIC_URL", "").strip().rstrip("/")
    if not url:
        return None
    host = _host(url)
    if host is None:
        faults.append(Fault("setting_public_url", "HAILONG_PUBLIC_URL"))
    elif url.startswith("http://") and not _loopback(host) and environ.get("HAILONG_ALLOW_HTTP") != "1":
        faults.append(Fault("setting_public_url_plain", "HAILONG_PUBLIC_URL", {"url": url}))
    return url


def _host(url: str) -> str | None:
    """Return the host of a plain address of printable ASCII, with or without a port; None for all else."""
    plain = url.isascii() and url.isprintable() and not set(url) & set(' ?#@\\"<>')
    try:
        parts = urlsplit(url)
        well_formed = plain and url.startswith(("http://", "https://")) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return None
    return parts.hostname or None if well_formed else None


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _whole(
    environ: Mapping[str, str], name: str, bounds: tuple[int, int], default: int, faults: list[Fault]
) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    low, high = bounds
    if not text.isdecimal() or len(text) > 4 or not low <= int(text) <= high:
        faults.append(Fault("setting_out_of_range", name, {"low": low, "high": high}))
        return default
    return int(text)
