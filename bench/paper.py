"""Reading simulated forms at five levels, with exact bounds, and its speed on one core.

``python -m bench paper`` fills and reads 40 ordinary office scans at each of two resolutions and a share of that
at every other level; HAILONG_BENCH_FORMS sets another number, and HAILONG_BENCH_JOBS how many processes share the
work: 310 forms are 20,460 questions of office scans. Simulated; not yet tried on real paper.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from forms.layout import EDITIONS, FormLayout
from forms.scan.images import Pages
from forms.scan.page import read_page
from tests.paper.forms_office import filled, layout
from tests.paper.measure import Tally, measured, total

LEVELS = (  # level, dots per inch, edition, share of the forms
    ("office", 150, "standard", 1.0),
    ("office", 200, "standard", 1.0),
    ("bad scan", 150, "standard", 0.5),
    ("good photo", 170, "standard", 0.5),
    ("bad photo", 170, "standard", 0.5),
    ("clean", 200, "standard", 0.25),
    ("office", 150, "large", 0.1),
)
PART = 10  # forms that one process fills and reads in a row
FORMS = int(os.environ.get("HAILONG_BENCH_FORMS", "40"))
JOBS = int(os.environ.get("HAILONG_BENCH_JOBS", "1"))
SPEED_PAGES = 40


def main() -> None:
    """Print both tables."""
    print(f"{'level':<12} dpi edition    pages unread misread questions wrong  <= of 100,000  to a person")
    with ProcessPoolExecutor(JOBS, mp_context=get_context("spawn")) as pool:
        for level, dpi, edition, share in LEVELS:
            forms = max(1, round(FORMS * share))
            parts = range(0, forms, PART)
            found = total(pool.map(_part, [(level, dpi, edition, part, forms) for part in parts]))
            print(f"{level:<12} {dpi:<3} {edition:<9} {_row(found)}", flush=True)
    _speed()


def _part(what: tuple[str, int, str, int, int]) -> Tally:
    level, dpi, edition, start, forms = what
    cv2.setNumThreads(1)
    serials = range(start + 1, min(start + PART, forms) + 1)
    return measured(level, serials, 1000 * dpi + start, dpi=dpi, edition=edition)


def _row(found: Tally) -> str:
    counts = f"{found.pages:>6} {found.unread:>6} {found.misread:>7} {found.questions:>9} {found.wrong:>5}"
    return f"{counts} {found.wrong_at_most:>13.0f} {100 * found.share_to_a_person:>10.1f} %"


def _speed() -> None:
    """Read JPEG scans from files: decoding, codes, boxes, answers; processor time of one thread."""
    cv2.setNumThreads(1)
    layouts = [layout(edition) for edition in EDITIONS]
    with TemporaryDirectory() as folder:
        paths = []
        for index, page in enumerate(filled(range(1, SPEED_PAGES // 2 + 1), "office", 5, dpi=200)):
            paths.append(Path(folder) / f"{index}.jpg")
            page.picture.save(paths[-1], "JPEG", quality=80)
        read_page(Pages(paths[0]).picture(0), layouts)  # loads the weights
        spent, read = 0.0, 0
        for path in paths:  # the quickest of three: what else the machine does is not the reader's time
            runs = [_timed(path, layouts) for _ in range(3)]
            spent += min(seconds for seconds, _ in runs)
            read += runs[0][1] == "read"
    print(
        f"\n{read} of {len(paths)} pages read, {len(paths) / spent:.1f} pages a second of one core at 200 dpi"
    )


def _timed(path: Path, layouts: Sequence[FormLayout]) -> tuple[float, str]:
    began = time.process_time()
    claim = read_page(Pages(path).picture(0), layouts)
    return time.process_time() - began, claim.status
