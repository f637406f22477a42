"""One frozen record of settings, read once from the environment; unsafe or bad values refuse to start."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from survey.errors import Fault, Refusal

DEFAULT_DATA = "instance"
DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"
MAX_THREADS = 64
LISTENED = "listened"
MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
LARGEST_SECRET = 1024
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# What a header takes: no dot at either end or beside another one.
ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes the office's mail; ``tls`` is ``starttls``, ``tls`` or, on this machine, ``none``."""

    host: str
    port: int
    tls: str
    sender: str
    sender_name: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None
    per_minute: int = 60

    @property
    def domain(self) -> str:
        """The domain that the mail comes from."""
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one installation.

    ``data`` holds the embedded database, the keys and the files. ``database_url`` is None for the
    embedded database. ``public_url`` is where citizens reach the service; QR codes carry it. Where nobody
    chose it, it is where the server of this data directory listened last.
    ``sign_pkcs12`` and ``sign_passphrase`` are the files of the office's key to sign with, None where it has none.
    ``proxies`` counts the reverse proxies in front whose forwarding headers are to be believed. Without
    ``mail`` the service sends none.
    """

    data: Path
    database_url: str | None = None
    public_url: str = DEFAULT_PUBLIC_URL
    public_url_chosen: bool = False
    threads: int = 8
    proxies: int = 0
    sign_pkcs12: Path | None = None
    sign_passphrase: Path | None = None
    mail: MailServer | None = None

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
        mail=_mail(environ, faults),
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


def _mail(environ: Mapping[str, str], faults: list[Fault]) -> MailServer | None:
    """Return the mail server that the settings give; none where no host is set."""
    host = environ.get("HAILONG_SMTP_HOST", "").strip()
    if not host:
        return None
    if not _plain_host(host):
        faults.append(Fault("setting_smtp_host", "HAILONG_SMTP_HOST"))
    tls = environ.get("HAILONG_SMTP_TLS", "").strip() or "starttls"
    if tls not in MAIL_PORTS:
        faults.append(Fault("setting_smtp_tls", "HAILONG_SMTP_TLS", {"found": tls[:40]}))
    elif tls == "none" and not _loopback(host):
        faults.append(Fault("setting_smtp_plain", "HAILONG_SMTP_TLS", {"host": host[:80]}))
    origin = environ.get("HAILONG_SMTP_FROM", "").strip()
    name, sender = parseaddr(origin)
    if not (ADDRESS.fullmatch(sender) and origin.isprintable()):
        faults.append(Fault("setting_smtp_from", "HAILONG_SMTP_FROM"))
    user, password = _mail_account(environ, faults)
    return MailServer(
        host=host,
        port=_whole(environ, "HAILONG_SMTP_PORT", (1, 65535), MAIL_PORTS.get(tls, 587), faults),
        tls=tls,
        sender=sender,
        sender_name=name,
        user=user,
        password=password,
        authority=_authority(environ, faults),
        per_minute=_whole(environ, "HAILONG_SMTP_PER_MINUTE", (1, 6000), 60, faults),
    )


def _plain_host(host: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return host.isascii() and host.isprintable() and not set(host) & set(' /@?#:\\"<>[]')


def _mail_account(environ: Mapping[str, str], faults: list[Fault]) -> tuple[str | None, str | None]:
    """Return who the service is to the mail server, and the password out of its file."""
    user = environ.get("HAILONG_SMTP_USER", "").strip() or None
    name = environ.get("HAILONG_SMTP_PASSWORD_FILE", "").strip()
    if (user is None) != (not name) or not (user or "").isprintable():
        faults.append(Fault("setting_smtp_account", "HAILONG_SMTP_USER"))
    return user, _mail_password(name, faults) if name else None


def _mail_password(name: str, faults: list[Fault]) -> str | None:
    try:
        path = Path(name)
        mode = stat.S_IMODE(path.stat().st_mode)
        with path.open("rb") as file:
            password = file.read(LARGEST_SECRET).decode("utf-8").rstrip("\r\n")
    except (OSError, ValueError):  # a text that is no path or no UTF-8 is a ValueError too
        faults.append(Fault("setting_smtp_password", "HAILONG_SMTP_PASSWORD_FILE"))
        return None
    if mode & 0o077:
        faults.append(Fault("setting_smtp_password_readable", "HAILONG_SMTP_PASSWORD_FILE", {"path": name}))
    if not password or not (password.isascii() and password.isprintable()):
        faults.append(Fault("setting_smtp_password", "HAILONG_SMTP_PASSWORD_FILE"))
    return password


def _authority(environ: Mapping[str, str], faults: list[Fault]) -> Path | None:
    """Return the file of the authority that vouches for the mail server, where the office has its own."""
    name = environ.get("HAILONG_SMTP_CA", "").strip()
    if not name:
        return None
    try:
        ssl.create_default_context(cafile=name)
    except (OSError, ValueError):
        faults.append(Fault("setting_smtp_ca", "HAILONG_SMTP_CA"))
    return Path(name)


def _whole(
    environ: Mapping[str, str], name: str, bounds: tuple[int, int], default: int, faults: list[Fault]
) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    low, high = bounds
    if not text.isdecimal() or len(text) > 5 or not low <= int(text) <= high:
        faults.append(Fault("setting_out_of_range", name, {"low": low, "high": high}))
        return default
    return int(text)
