"""Who on the machine may look into the data directory: its owner alone, whatever it was made with."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o700
OTHERS = 0o077


def keep(data: Path) -> None:
    """Close the data directory to others where that is ours to do; :func:`is_kept` says whether it is closed."""
    with suppress(OSError):  # somebody else's directory, or a disk without owners
        mode = data.stat().st_mode
        if (
            mode & OTHERS and not mode & stat.S_ISVTX
        ):  # one that many share on purpose, like /tmp, is left alone
            data.chmod(OWNER_ONLY)


def is_kept(data: Path) -> bool:
    """Return whether nobody but its owner may look into the data directory."""
    try:
        return not data.stat().st_mode & OTHERS
    except OSError:
        return False
