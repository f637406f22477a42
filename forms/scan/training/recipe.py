"""The recipe: print, fill, take and read pages, then train the network on what the reader saw of each box."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2

from forms.layout import EDITIONS, FormLayout, lay_out
from forms.paper import AgencyHeading, Batch, FormProof, render_batch
from forms.questionnaire import load_questionnaire
from forms.scan import classify, pose
from forms.scan.bend import darkness, locate_anyhow
from forms.scan.classify import EMPTY, FIRST_REACH, SECOND_REACH, SIDE, UNSURE, VIEWS, Field, Network
from forms.scan.images import Picture
from forms.scan.training.sheets import PAPER_DOTS, fill_sheet
from forms.scan.training.strokes import Random
from forms.scan.training.taking import photographed, scanned
from forms.text_tables import read_texts

Labels = npt.NDArray[np.int64]
_FIRST, _SECOND, _UNITS = 12, 24, 48  # features of the convolutions, units of the hidden layer
_BATCH = 256
_QUESTIONNAIRES = ("bhxh-2024@1", "vss-2025@1")
_PHOTOS = 0.35
_UNSURE_WEIGHT = 0.15  # a stray line looks like a faint dash: without this every faint dash would be doubted
_KEPT_EMPTY = 0.3  # of the empty boxes: there are five of them to each mark


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A blank printed page and where its boxes are."""

    picture: Picture
    layout: FormLayout
    number: int


def printed_pages() -> list[PrintedPage]:
    """Print every page of every edition of some questionnaires."""
    return [page for ref in _QUESTIONNAIRES for edition in EDITIONS for page in printed(ref, edition)]


def printed(ref: str, edition: str) -> Iterator[PrintedPage]:
    """Yield the pages of one edition of a questionnaire."""
    out, texts = io.BytesIO(), read_texts(Path(__file__).with_name("texts.toml"))
    batch = Batch(
        questionnaire=load_questionnaire(ref),
        heading=AgencyHeading(texts["governing_body"], texts["agency"]),
        campaign="training",
        unit="unit",
        unit_name=texts["unit"],
        serials=(1,),
        form_proof=FormProof(b"training, no secret"),
        edition=EDITIONS[edition],
    )
    render_batch(batch, out)
    with closing(pypdfium2.PdfDocument(out.getvalue())) as document:
        for number in range(1, len(document) + 1):
            shown = document[number - 1].render(scale=PAPER_DOTS * 25.4 / 72, grayscale=True)
            yield PrintedPage(
                np.array(shown.to_numpy()).reshape(shown.height, shown.width),
                lay_out(load_questionnaire(ref), EDITIONS[edition]),
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


def fresh(random: Random) -> Network:
    """Return a network that has learned nothing."""

    def layer(inputs: int, outputs: int) -> tuple[Field, Field]:
        drawn = random.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
        return drawn.astype(np.float32), np.zeros(outputs, np.float32)

    return Network(
        *layer(FIRST_REACH**2 * VIEWS, _FIRST),
        *layer(SECOND_REACH**2 * _FIRST, _SECOND),
        *layer((SIDE // 4) ** 2 * _SECOND, _UNITS),
        *layer(_UNITS, 3),
    )


def train(
    random: Random, crops: Field, labels: Labels, rounds: int = 12, rate: float = 2e-3
) -> Iterator[Network]:
    """Train with Adam on cross entropy, the crops varied as they come; yield the network after each round."""
    network = fresh(random)
    weights = [getattr(network, each.name) for each in fields(network)]
    memory = [np.zeros((2, *each.shape), np.float32) for each in weights]
    batches = len(crops) // _BATCH
    for turn in range(rounds):
        order = random.permutation(len(crops))[: batches * _BATCH].reshape(batches, _BATCH)
        for number, chosen in enumerate(order):
            step = turn * batches + number + 1
            speed = rate * 0.5 * (1 + np.cos(np.pi * step / (rounds * batches))) + 1e-5
            steep = slopes(network, _varied(random, crops[chosen]), labels[chosen])
            for weight, slope, moments in zip(weights, steep, memory, strict=True):
                moments[0] += 0.1 * (slope - moments[0])
                moments[1] += 0.001 * (slope**2 - moments[1])
                scaled = np.sqrt(moments[1] / (1 - 0.999**step)) + 1e-8
                change = speed * (moments[0] / (1 - 0.9**step) / scaled + 1e-4 * weight)
                np.subtract(weight, change, out=weight)
        yield network


def _varied(random: Random, crops: Field) -> Field:
    """Dim or strengthen, turn, mirror and add a little grain: what the pages happened not to show."""
    shown = np.rot90(crops, int(random.integers(4)), axes=(1, 2))
    if random.random() < 0.5:
        shown = shown[:, :, ::-1]
    gain = random.uniform(0.75, 1.25, (len(shown), 1, 1, 1)).astype(np.float32)
    grain = random.standard_normal(shown.shape, dtype=np.float32) * np.float32(random.uniform(0, 0.03))
    return np.ascontiguousarray(shown * gain + grain)


def slopes(network: Network, crops: Field, labels: Labels) -> list[Field]:
    """Return the slope of the loss for each array of weights, by the chain rule from the last layer back."""
    seen = network.layers(crops)
    off = seen.shown.copy()
    off[np.arange(len(labels)), labels] -= 1
    off *= np.where(labels == UNSURE, _UNSURE_WEIGHT, 1).astype(np.float32)[:, None] / len(labels)
    units = (off @ network.out.T) * (seen.units > 0)
    flat = seen.pooled.reshape(len(crops), -1)
    pooled = np.asarray(units @ network.hidden.T, np.float32).reshape(seen.pooled.shape)
    second = _unpooled(seen.second, seen.pooled, pooled)
    first = _gathered(second @ network.second.T, seen.first.shape, SECOND_REACH) * (seen.first > 0)
    return [
        *_of_windows(seen.first_windows, first),
        *_of_windows(seen.second_windows, second),
        *(flat.T @ units, units.sum(axis=0)),
        *(seen.units.T @ off, off.sum(axis=0)),
    ]


def _of_windows(seen: Field, behind: Field) -> tuple[Field, Field]:
    flat = behind.reshape(-1, behind.shape[-1])
    return seen.reshape(-1, seen.shape[-1]).T @ flat, flat.sum(axis=0)


def _unpooled(second: Field, pooled: Field, behind: Field) -> Field:
    """Give the slope of each quarter's highest value back to where it stood."""
    quarters = second.reshape(len(second), SIDE // 4, 2, SIDE // 4, 2, -1)
    back = (quarters == pooled[:, :, None, :, None]) * behind[:, :, None, :, None]
    return np.asarray(back.reshape(second.shape) * (second > 0), np.float32)


def _gathered(behind: Field, shape: tuple[int, ...], reach: int) -> Field:
    """Add up what every window says of the same place: the way back through ``classify.windows`` in steps of one."""
    count, height, width, depth = shape
    edge = reach // 2
    framed = np.zeros((count, height + 2 * edge, width + 2 * edge, depth), np.float32)
    positions = [(row, column) for row in range(reach) for column in range(reach)]
    for number, (row, column) in enumerate(positions):
        part = behind[..., number * depth : (number + 1) * depth]
        framed[:, row : row + height, column : column + width] += part
    return framed[:, edge : edge + height, edge : edge + width]
