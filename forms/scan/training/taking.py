"""A sheet as a scanner or a telephone takes it: bent, blurred, shaded, noisy and compressed."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from forms.scan.images import Picture
from forms.scan.training.sheets import PAPER_DOTS, Tone
from forms.scan.training.strokes import Random

Field = npt.NDArray[np.float32]


def scanned(random: Random, sheet: Tone) -> Picture:
    """Return what a feeder's scanner makes of a sheet at 100 to 200 dots per inch."""
    dpi = float(random.choice([100, 120, 150, 150, 150, 200]))
    scale = dpi / (PAPER_DOTS * 25.4)
    height, width = sheet.shape[:2]
    turn, (wide, high) = np.deg2rad(random.normal(0, 0.8)), scale * (1 + random.normal(0, 0.004, 2))
    size = (round(width * scale), round(height * scale))
    move = np.array(
        [[wide * np.cos(turn), -wide * np.sin(turn), 0], [high * np.sin(turn), high * np.cos(turn), 0]]
    )
    move[:, 2] = (
        np.array(size) / 2 - move[:, :2] @ np.array([width / 2, height / 2]) + random.normal(0, 8, 2) * scale
    )
    source = cv2.GaussianBlur(sheet, (0, 0), max(0.3, 0.42 / scale + random.uniform(0, 1.2)))
    taken = cv2.warpAffine(source, move, size, borderValue=float(random.uniform(0.3, 1)))
    return _developed(random, np.asarray(taken, np.float32), light=0.1, noise=0.06, bilevel=0.12)


def photographed(random: Random, sheet: Tone) -> Picture:
    """Return what a telephone makes of a sheet that curls under uneven light."""
    height, width = sheet.shape[:2]
    scale = random.uniform(0.75, 1.1)
    size = (round(width * scale * 1.15), round(height * scale * 1.15))
    inner = np.array([(0.07, 0.07), (0.93, 0.07), (0.93, 0.93), (0.07, 0.93)]) + random.uniform(
        -0.05, 0.05, (4, 2)
    )
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    back = cv2.getPerspectiveTransform((inner * size).astype(np.float32), corners)
    grid = (
        np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1])), axis=-1)
        .reshape(-1, 1, 2)
        .astype(np.float32)
    )
    on_sheet = np.asarray(cv2.perspectiveTransform(grid, back), np.float32).reshape(size[1], size[0], 2)
    on_sheet += _curl(random, np.asarray(on_sheet / (width, height), np.float32)) * np.float32(PAPER_DOTS)
    source = cv2.GaussianBlur(sheet, (0, 0), max(0.3, 0.4 / scale + random.uniform(0, 1.6)))
    table = float(random.uniform(0.05, 0.6))
    taken = cv2.remap(source, on_sheet[:, :, 0], on_sheet[:, :, 1], cv2.INTER_LINEAR, borderValue=table)
    return _developed(random, np.asarray(taken, np.float32), light=0.45, noise=0.06, bilevel=0)


def _curl(random: Random, position: Field) -> Field:
    """Return a smooth shift in mm of up to about 3 mm."""
    moved = np.zeros_like(position)
    for _ in range(2):
        wave, phase = random.uniform(0.3, 1.2, 2), random.uniform(0, 6.3)
        height = np.sin(2 * np.pi * (position @ wave.astype(np.float32)) + phase)
        moved += height[:, :, None] * random.normal(0, 0.9, 2).astype(np.float32)
    return moved


def _developed(random: Random, taken: Field, light: float, noise: float, bilevel: float) -> Picture:
    """Add light, grain and compression; a part is black and white."""
    height, width = taken.shape[:2]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    slope = random.normal(0, light / 2, 2)
    shade = 1 - light * random.random() * (across**2 + down**2) / 2 + slope[0] * across + slope[1] * down
    lit = np.clip(taken * np.clip(shade, 0.25, 1.3), 0, 1)
    lit += random.standard_normal((height, width), dtype=np.float32) * np.float32(random.uniform(0, noise))
    curve = np.clip(
        np.linspace(0, 1, 256) ** random.uniform(0.75, 1.35) * random.uniform(0.88, 1.05) * 255, 0, 255
    )
    picture = np.asarray(
        cv2.LUT(np.clip(lit * 255, 0, 255).astype(np.uint8), curve.astype(np.uint8)), np.uint8
    )
    if random.random() < bilevel:
        return np.asarray(np.where(picture > random.uniform(120, 190), 255, 0), np.uint8)
    quality = int(random.uniform(35, 95))
    packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
