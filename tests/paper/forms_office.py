"""An office in a test: prints a batch, lets people fill it in, and scans it at one of five levels."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import pypdfium2
from PIL import Image

from forms.layout import EDITIONS, FormLayout, lay_out
from forms.paper import AgencyHeading, Batch, FormProof, render_batch
from forms.questionnaire import load_questionnaire
from tests.paper.hands import answer, somebody
from tests.paper.takes import TAKES

SEAL = FormProof(b"an office in a test has a secret")
CAMPAIGN, UNIT = "bhxh-2024", "tuy-phuoc"
QUESTIONNAIRE = load_questionnaire("bhxh-2024@1")


@dataclass(frozen=True)
class Returned:
    """A filled page that came back: its picture and what is true of it."""

    serial: int
    number: int
    picture: Image.Image
    truth: dict[str, list[str]]


def layout(edition: str = "standard") -> FormLayout:
    """Return the geometry of an edition."""
    return lay_out(QUESTIONNAIRE, EDITIONS[edition])


@cache
def printed(serials: range, edition: str = "standard", campaign: str = CAMPAIGN) -> bytes:
    """Return a batch as PDF."""
    out = io.BytesIO()
    render_batch(
        Batch(
            questionnaire=QUESTIONNAIRE,
            heading=AgencyHeading("Bảo hiểm xã hội Việt Nam", "Bảo hiểm xã hội tỉnh Bình Định"),
            campaign=campaign,
            unit=UNIT,
            unit_name="BHXH huyện Tuy Phước",
            serials=serials,
            form_proof=SEAL,
            edition=EDITIONS[edition],
        ),
        out,
    )
    return out.getvalue()


def filled(
    serials: Sequence[int], level: str, seed: int, *, dpi: float = 200, edition: str = "standard"
) -> Iterator[Returned]:
    """Yield every page of these serials, filled in and taken at a level."""
    place = layout(edition)
    dots = dpi / 25.4
    chance = Random(seed)
    with closing(pypdfium2.PdfDocument(printed(range(1, max(serials) + 1), edition))) as document:
        for serial in serials:
            first = (serial - 1) * place.pages
            pages = {
                number: document[first + number - 1].render(scale=dpi / 72).to_pil().convert("RGB")
                for number in range(1, place.pages + 1)
            }
            truth = answer(somebody(chance), pages, place.boxes, dots)
            for number, page in pages.items():
                page.info["number"] = number
                mine = {box.q: truth[box.q] for box in place.on(number)}
                yield Returned(serial, number, TAKES[level](page, chance), mine)


def saved(pages: Sequence[Returned], folder: Path) -> list[Path]:
    """Save pictures as JPEG and return their paths."""
    paths = []
    for page in pages:
        paths.append(folder / f"{page.serial:06d}-{page.number}.jpg")
        page.picture.save(paths[-1], "JPEG", quality=92)
    return paths
