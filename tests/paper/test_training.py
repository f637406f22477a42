"""The recipe of the reader's weights still runs, and what it trains learns."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from forms.scan.classify import EMPTY, MARKED, UNSURE, WEIGHTS, Network, crops, network
from forms.scan.training.__main__ import main
from forms.scan.training.recipe import fresh, printed, samples, slopes, train
from forms.scan.training.strokes import MARKS, drawn


def test_a_page_gives_samples_of_what_the_reader_sees() -> None:
    seen, labels = next(samples(np.random.default_rng(3), list(printed("bhxh-2024@1", "standard"))[:1], 5))
    assert seen.shape == (len(labels), 20, 20, 2)
    assert {EMPTY, MARKED} <= set(labels.tolist()) <= {EMPTY, MARKED, UNSURE}
    assert seen[labels == MARKED].mean() > seen[labels == EMPTY].mean()


def test_training_learns_what_can_be_learned() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 1024)
    pictures = random.random((1024, 20, 20, 2), dtype=np.float32) * 0.2
    pictures[:, 8:12, 8:12] += (labels * 0.3)[:, None, None, None].astype(np.float32)
    *_, network = train(random, pictures, labels, rounds=8)
    shown = network.probabilities(pictures)
    assert (shown.argmax(axis=1) == labels).mean() > 0.97
    assert shown.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_the_slopes_are_those_of_the_loss() -> None:
    random = np.random.default_rng(4)
    network = fresh(random)
    crops, labels = random.random((6, 20, 20, 2), dtype=np.float32), np.array([0, 1, 0, 1, 1, 0])

    def loss() -> float:
        return float(-np.log(network.probabilities(crops)[np.arange(6), labels]).mean())

    for each, slope in zip(fields(network), slopes(network, crops, labels), strict=True):
        weight = getattr(network, each.name).reshape(-1)
        at = int(np.abs(slope).argmax())
        before = weight[at]
        weight[at] = before + 1e-2
        higher = loss()
        weight[at] = before - 1e-2
        lower = loss()
        weight[at] = before
        assert (higher - lower) / 2e-2 == pytest.approx(slope.reshape(-1)[at], rel=0.05), each.name


def test_every_kind_of_mark_leaves_ink() -> None:
    random = np.random.default_rng(2)
    for kind, _ in MARKS:
        ink = drawn(random, kind(random, 5.5), 0.4, 0.0)
        assert ink.max() == pytest.approx(1)
        assert 0 < ink.mean() < 0.2


def test_the_shipped_weights_are_those_of_the_network() -> None:
    random = np.random.default_rng(1)
    shapes = [getattr(network(), each.name).shape for each in fields(Network)]
    assert shapes == [getattr(fresh(random), each.name).shape for each in fields(Network)]
    assert WEIGHTS.stat().st_size < 100_000


def test_a_crop_shows_its_box_in_the_middle_and_beside_the_usual_empty_one() -> None:
    dark = np.zeros((200, 400), np.uint8)
    dark[90:110, 60:80] = 130
    middles = np.array([[69.5, 99.5], [169.5, 99.5], [269.5, 99.5]])
    filled, empty, _ = crops(dark, middles, 5.5, 130.0)
    assert filled[10, 10] == pytest.approx(0.5**0.5, abs=0.05)  # half as dark as print can be, lifted
    assert filled[0].max() == 0
    assert np.allclose(filled[:, :, 0], filled[::-1, :, 0], atol=0.15)
    assert empty.max() == 0


def test_the_recipe_asks_for_its_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["bake"]) == 2
    assert "train WEIGHTS.npz" in capsys.readouterr().err
    random = np.random.default_rng(1)
    np.savez(
        tmp_path / "part.npz",
        crops=random.integers(0, 127, (600, 20, 20, 2), np.int8),
        labels=random.integers(0, 3, 600),
    )
    assert main(["train", str(tmp_path / "out.npz"), str(tmp_path / "part.npz")]) == 0
    with np.load(tmp_path / "out.npz") as stored:
        assert stored["out"].shape == (48, 3)
