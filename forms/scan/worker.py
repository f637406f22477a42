"""The child process that decodes untrusted files: ``python -m forms.scan.worker``.

It limits its own memory and forbids itself to write files, then answers one JSON line per request line. It is
given no secret and no database; whatever a file makes it say is checked by the parent.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

import cv2

from forms.layout import EDITIONS, FormLayout, lay_out
from forms.questionnaire import questionnaire_from_json
from forms.scan.images import Pages, UnreadableFileError, count
from forms.scan.packing import pack_count, pack_page
from forms.scan.page import read_page
from forms.scan.records import ClaimedPage, FileCount

MEMORY = 3 * 1024**3


def main(requests: TextIO, replies: TextIO) -> None:
    """Answer requests until they end. The first one brings the questionnaire."""
    cv2.setNumThreads(1)
    first = json.loads(requests.readline())
    q = questionnaire_from_json(first["questionnaire"])
    layouts = [lay_out(q, EDITIONS[name]) for name in first["editions"]]
    for line in requests:
        for reply in _replies(json.loads(line), layouts):
            replies.write(reply + "\n")
            replies.flush()


def _replies(request: dict[str, Any], layouts: Sequence[FormLayout]) -> Iterator[str]:
    path = Path(request["file"])
    if request["do"] == "count":
        yield pack_count(_counted(path))
    else:
        indexes = range(request["start"], request["stop"])
        yield from map(pack_page, _read(path, indexes, layouts, with_crops=request["crops"]))


def _counted(path: Path) -> FileCount:
    try:
        return FileCount(count(path))
    except UnreadableFileError as error:
        return FileCount(0, error.code)
    except MemoryError:
        return FileCount(0, "scan_too_many_pixels")
    except Exception:
        return FileCount(0, "scan_file_broken")


def _read(
    path: Path, indexes: range, layouts: Sequence[FormLayout], *, with_crops: bool
) -> Iterator[ClaimedPage]:
    try:
        pages = Pages(path)
    except UnreadableFileError as error:
        yield from (ClaimedPage("unreadable", error.code) for _ in indexes)
        return
    with closing(pages):
        for index in indexes:
            try:
                yield read_page(pages.picture(index), layouts, with_crops=with_crops)
            except UnreadableFileError as error:
                yield ClaimedPage("unreadable", error.code)
            except MemoryError:
                yield ClaimedPage("unreadable", "scan_too_many_pixels")
            except Exception:
                yield ClaimedPage("unreadable", "scan_page_broken")


def limit() -> None:
    """Take from this process what it does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limit()
    main(sys.stdin, sys.stdout)
