"""The recipe of the reader's weights still runs, and what it trains learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forms.scan.classify import EMPTY, MARKED, UNSURE, WEIGHTS, crops, network
from forms.scan.training.__main__ import main
from forms.scan.training.recipe import printed, samples, train
from forms.scan.training.strokes import MARKS, drawn


def test_a_page_gives_samples_of_what_the_reader_sees() -> None:
    seen, labels = next(samples(np.random.default_rng(3), list(printed("bhxh-2024@1", "standard"))[:1], 5))
    assert seen.shape == (len(labels), 400)
    assert {EMPTY, MARKED} <= set(labels.tolist()) <= {EMPTY, MARKED, UNSURE}
    assert seen[labels == MARKED].mean() > seen[labels == EMPTY].mean()


def test_training_learns_what_can_be_learned() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 512)
    pictures = random.random((512, 400), dtype=np.float32) * 0.2
    pictures[:, :200] += (labels * 0.3)[:, None].astype(np.float32)
    shown = train(random, pictures, labels, rounds=60, rate=4e-3).probabilities(pictures)
    assert (shown.argmax(axis=1) == labels).mean() > 0.97
    assert shown.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_every_kind_of_mark_leaves_ink() -> None:
    random = np.random.default_rng(2)
    for kind, _ in MARKS:
        ink = drawn(random, kind(random, 5.5), 0.4, 0.0)
        assert ink.max() == pytest.approx(1)
        assert 0 < ink.mean() < 0.2


def test_the_shipped_weights_are_those_of_the_network() -> None:
    found = network()
    shapes = (found.hidden.shape, found.hidden_bias.shape, found.out.shape, found.out_bias.shape)
    assert shapes == ((400, 64), (64,), (64, 3), (3,))
    assert WEIGHTS.stat().st_size < 60_000


def test_a_crop_shows_its_box_in_the_middle() -> None:
    dark = np.zeros((200, 200), np.uint8)
    dark[90:110, 60:80] = 130
    (crop,) = crops(dark, np.array([[69.5, 99.5]]), 5.5, 130.0)
    square = crop.reshape(20, 20)
    assert square[10, 10] == pytest.approx(0.5**0.5, abs=0.05)  # half as dark as print can be, lifted
    assert square[0].max() == 0
    assert np.allclose(square, square[::-1], atol=0.15)


def test_the_recipe_asks_for_its_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["bake"]) == 2
    assert "train WEIGHTS.npz" in capsys.readouterr().err
    random = np.random.default_rng(1)
    np.savez(
        tmp_path / "part.npz",
        crops=random.integers(0, 127, (600, 400), np.uint8),
        labels=random.integers(0, 3, 600),
    )
    assert main(["train", str(tmp_path / "out.npz"), str(tmp_path / "part.npz")]) == 0
    with np.load(tmp_path / "out.npz") as stored:
        assert stored["hidden"].shape == (400, 64)
