"""The recipe: print, fill, take and read pages, then train the network on what the reader saw of each box."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2

from forms.instrument import load
from forms.layout import EDITIONS, Layout, lay_out
from forms.paper import Batch, Heading, SheetSeal, render_batch
from forms.scan import classify, pose
from forms.scan.bend import darkness, locate_anyhow
from forms.scan.classify import EMPTY, UNSURE, Field
from forms.scan.images import Picture
from forms.scan.training.sheets import PAPER_DOTS, fill_sheet
from forms.scan.training.strokes import Random
from forms.scan.training.taking import photographed, scanned

Labels = npt.NDArray[np.int64]
_QUESTIONNAIRES = ("bhxh-2024@1", "vss-2025@1")
_PHOTOS = 0.35
_UNSURE_WEIGHT = 0.15  # a stray line looks like a faint dash: without this every faint dash would be doubted
_KEPT_EMPTY = 0.4  # of the empty boxes: there are five of them to each mark


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A blank printed page and where its boxes are."""

    picture: Picture
    layout: Layout
    number: int


def printed_pages() -> list[PrintedPage]:
    """Print every page of every edition of some questionnaires."""
    return [page for ref in _QUESTIONNAIRES for edition in EDITIONS for page in printed(ref, edition)]


def printed(ref: str, edition: str) -> Iterator[PrintedPage]:
    """Yield the pages of one edition of a questionnaire."""
    out = io.BytesIO()
    batch = Batch(
        questionnaire=load(ref),
        heading=Heading("Cơ quan chủ quản", "Tên cơ quan"),
        campaign="training",
        unit="unit",
        unit_name="Đơn vị",
        serials=(1,),
        seal=SheetSeal(b"training, no secret"),
        edition=EDITIONS[edition],
    )
    render_batch(batch, out)
    with closing(pypdfium2.PdfDocument(out.getvalue())) as document:
        for number in range(1, len(document) + 1):
            shown = document[number - 1].render(scale=PAPER_DOTS * 25.4 / 72, grayscale=True)
            yield PrintedPage(
                np.array(shown.to_numpy()).reshape(shown.height, shown.width),
                lay_out(load(ref), EDITIONS[edition]),
                number,
            )


def samples(random: Random, pages: list[PrintedPage], count: int) -> Iterator[tuple[Field, Labels]]:
    """Yield what the reader sees of the boxes of that many pages, with the truth; most empty boxes are left out."""
    for _ in range(count):
        page = pages[int(random.integers(len(pages)))]
        boxes = page.layout.on(page.number)
        sheet = fill_sheet(random, page.picture, boxes)
        picture = (photographed if random.random() < _PHOTOS else scanned)(random, sheet.picture)
        crops = seen(picture, page)
        if crops is not None:
            kept = (sheet.labels != EMPTY) | (random.random(len(boxes)) < _KEPT_EMPTY)
            yield crops[kept], sheet.labels[kept]


def seen(picture: Picture, page: PrintedPage) -> Field | None:
    """Return what the reader sees of a page's boxes, or None where it gives the page up."""
    matrix = pose.pose(page.layout, page.number, pose.find_marks(picture))
    if matrix is None:
        return None
    dark = darkness(pose.flatten(picture, matrix))
    located = locate_anyhow(dark, page.layout.on(page.number))
    if not located.is_page:
        return None
    return classify.crops(dark, located.middles, page.layout.edition.box, located.darkness)


def train(
    random: Random, crops: Field, labels: Labels, rounds: int = 40, rate: float = 2e-3
) -> classify.Network:
    """Train 400-64-3 with Adam on cross entropy; crops are shifted by a part of a dot and dimmed as they come."""
    weights = [
        random.normal(0, 0.07, (400, 64)).astype(np.float32),
        np.zeros(64, np.float32),
        random.normal(0, 0.15, (64, 3)).astype(np.float32),
        np.zeros(3, np.float32),
    ]
    memory = [np.zeros((2, *each.shape), np.float32) for each in weights]
    step = 0
    for turn in range(rounds):
        order = random.permutation(len(crops))
        speed = rate * 0.5 * (1 + np.cos(np.pi * turn / rounds)) + 1e-5
        for start in range(0, len(order) - 255, 256):
            chosen = order[start : start + 256]
            step += 1
            slopes = _slopes(weights, _varied(random, crops[chosen]), labels[chosen])
            for weight, slope, moments in zip(weights, slopes, memory, strict=True):
                moments[0] += 0.1 * (slope - moments[0])
                moments[1] += 0.001 * (slope**2 - moments[1])
                scaled = np.sqrt(moments[1] / (1 - 0.999**step)) + 1e-8
                np.subtract(
                    weight, speed * (moments[0] / (1 - 0.9**step) / scaled + 1e-4 * weight), out=weight
                )
    return classify.Network(*weights)


def _varied(random: Random, crops: Field) -> Field:
    """Dim or strengthen, turn, mirror and add a little grain: what the pages happened not to show."""
    square = np.rot90(crops.reshape(-1, 20, 20), int(random.integers(4)), axes=(1, 2))
    if random.random() < 0.5:
        square = square[:, :, ::-1]
    gain = random.uniform(0.8, 1.2, (len(square), 1, 1)).astype(np.float32)
    grain = random.standard_normal(square.shape, dtype=np.float32) * 0.015
    return np.asarray(np.maximum(square * gain + grain, 0), np.float32).reshape(-1, 400)


def _slopes(weights: list[Field], crops: Field, labels: Labels) -> list[Field]:
    hidden, hidden_bias, out, out_bias = weights
    units = np.maximum(crops @ hidden + hidden_bias, 0)
    shown = classify.Network(hidden, hidden_bias, out, out_bias).probabilities(crops)
    off = shown.copy()
    off[np.arange(len(labels)), labels] -= 1
    off *= np.where(labels == UNSURE, _UNSURE_WEIGHT, 1).astype(np.float32)[:, None] / len(labels)
    back = (off @ out.T) * (units > 0)
    return [crops.T @ back, back.sum(axis=0), units.T @ off, off.sum(axis=0)]
