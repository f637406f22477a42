"""The two steps of the recipe.

``python -m forms.scan.training see PART.npz PAGES SEED`` makes pages and keeps what the reader sees of them;
``python -m forms.scan.training train WEIGHTS.npz PART.npz...`` trains on all parts and tells how it went.
The shipped weights: docs/paper.md says how many pages of which seeds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np

from forms.scan.classify import SURE, Field, Network
from forms.scan.training.recipe import Labels, printed_pages, samples, train

_HELD_BACK = 0.1


def main(words: Sequence[str]) -> int:
    """Run one step; 2 for words that name none."""
    match words:
        case ["see", out, pages, seed]:
            _see(Path(out), int(pages), int(seed))
        case ["train", out, *parts] if parts:
            _train(Path(out), [Path(part) for part in parts])
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


def _see(out: Path, pages: int, seed: int) -> None:
    cv2.setNumThreads(1)
    crops, labels = [], []
    for seen, truth in samples(np.random.default_rng(seed), printed_pages(), pages):
        crops.append(np.round(seen * 127).astype(np.int8))
        labels.append(truth.astype(np.uint8))
        if len(crops) % 50 == 0:
            sys.stdout.write(f"{len(crops)} pages\n")
            sys.stdout.flush()
    np.savez_compressed(out, crops=np.concatenate(crops), labels=np.concatenate(labels))


def _train(out: Path, parts: Sequence[Path]) -> None:
    crops, labels = [], []
    for part in parts:
        with np.load(part, allow_pickle=False) as stored:
            crops.append(stored["crops"].astype(np.float32) / 127)
            labels.append(stored["labels"].astype(np.int64))
    held = int(len(labels[0]) * _HELD_BACK)
    shown, truth = np.concatenate(crops), np.concatenate(labels)
    for turn, network in enumerate(train(np.random.default_rng(1), shown[held:], truth[held:]), start=1):
        sys.stdout.write(f"round {turn}\n")
        _tell(network, shown[:held], truth[:held])
        kept = {each.name: getattr(network, each.name).astype(np.float16) for each in fields(network)}
        np.savez_compressed(out, **kept)


def _tell(network: Network, crops: Field, labels: Labels) -> None:
    shown = network.probabilities(crops)
    chosen, is_sure = shown.argmax(axis=1), shown.max(axis=1) > SURE
    sys.stdout.write(f"boxes held back {len(labels)}: by class {np.bincount(labels, minlength=3).tolist()}\n")
    for truth in range(3):
        here = labels == truth
        row = [int((here & is_sure & (chosen == each)).sum()) for each in range(3)]
        sys.stdout.write(
            f"  true {truth}: surely said 0, 1, 2: {row}, not sure {int((here & ~is_sure).sum())}\n"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
