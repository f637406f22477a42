"""Five ways in which a filled page comes back: three scanners and two telephones, drawn with Pillow.

Shares no code and no constants with ``forms.scan.training``.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

Take = Callable[[Image.Image, Random], Image.Image]


def rough(size: tuple[int, int], spread: float, chance: Random) -> Image.Image:
    """Return grey noise around 128 that the same chance makes the same."""
    noise = np.random.default_rng(chance.getrandbits(32)).standard_normal(size[::-1], dtype=np.float32)
    return Image.fromarray(np.clip(128 + spread / 2 * noise, 0, 255).astype(np.uint8))


def clean(page: Image.Image, chance: Random) -> Image.Image:
    """A clean scanner: nearly straight, nothing else."""
    return _turned(page, chance.gauss(0, 0.15), 1, 1, (chance.gauss(0, 3), chance.gauss(0, 3)))


def office(page: Image.Image, chance: Random) -> Image.Image:
    """An ordinary office scanner."""
    page = _printed(page, chance, pale=0.18)
    page = _stamped(page, chance, astray=0.10)
    page = _dirty(page, chance, specks=25)
    page = _turned(
        page, chance.gauss(0, 0.6), chance.gauss(1, 0.003), chance.gauss(1, 0.003), _shift(chance, 8)
    )
    page = page.filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.7)))
    page = _lit(page, chance, dark=0.08, noise=10)
    return _packed(page if chance.random() < 0.7 else page.convert("L"), chance.randint(65, 90))


def bad_scan(page: Image.Image, chance: Random) -> Image.Image:
    """A worn scanner: skewed, streaked, pale, noisy, sometimes black and white only."""
    page = _printed(page, chance, pale=0.45)
    page = _stamped(page, chance, astray=0.20)
    page = _dirty(page, chance, specks=90)
    page = _streaked(page, chance)
    page = _turned(
        page, chance.gauss(0, 1.4), chance.gauss(1, 0.007), chance.gauss(1, 0.007), _shift(chance, 20)
    )
    page = page.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 1.1)))
    page = _lit(page, chance, dark=0.2, noise=24)
    if chance.random() < 0.15:
        level = chance.randint(135, 175)
        return page.convert("L").point(lambda value: 255 if value > level else 0)
    return _packed(page if chance.random() < 0.5 else page.convert("L"), chance.randint(30, 60))


def good_photo(page: Image.Image, chance: Random) -> Image.Image:
    """A careful photo of a page that lies nearly flat."""
    page = _stamped(_printed(page, chance, pale=0.18), chance, astray=0.10)
    page = _photographed(page, chance, tilt=0.03, curl=1.2)
    page = page.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 0.8)))
    return _packed(_lit(page, chance, dark=0.3, noise=12), chance.randint(75, 92))


def bad_photo(page: Image.Image, chance: Random) -> Image.Image:
    """A hasty photo: aslant, curled, shaded, shaken."""
    page = _stamped(_printed(page, chance, pale=0.3), chance, astray=0.15)
    page = _photographed(page, chance, tilt=0.08, curl=2.2)
    page = page.filter(ImageFilter.GaussianBlur(chance.uniform(0.7, 1.5)))
    page = _shadowed(page, chance)
    return _packed(_lit(page, chance, dark=0.45, noise=26), chance.randint(50, 80))


TAKES: Mapping[str, Take] = {
    "clean": clean,
    "office": office,
    "bad scan": bad_scan,
    "good photo": good_photo,
    "bad photo": bad_photo,
}


def _shift(chance: Random, dots: float) -> tuple[float, float]:
    return chance.gauss(0, dots), chance.gauss(0, dots)


def _turned(
    page: Image.Image, degrees: float, wide: float, high: float, shift: tuple[float, float]
) -> Image.Image:
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = page.width / 2, page.height / 2
    move = (
        cos / wide, sin / wide, x - x * cos / wide - y * sin / wide + shift[0],
        -sin / high, cos / high, y + x * sin / high - y * cos / high + shift[1],
    )  # fmt: skip
    return page.transform(
        page.size, Image.Transform.AFFINE, move, Image.Resampling.BILINEAR, fillcolor=(236, 236, 232)
    )


def _printed(page: Image.Image, chance: Random, pale: float) -> Image.Image:
    """Pale toner, uneven over the page, on paper of some tint."""
    low = rough((12, 17), 120, chance).resize(page.size, Image.Resampling.BICUBIC)
    lift = chance.uniform(0, pale)
    veil = low.point(lambda value: round(min(255, max(0, value - 90) * lift * 1.6)))
    page = ImageChops.lighter(page, Image.merge("RGB", [veil] * 3))
    tint = Image.new(
        "RGB", page.size, (chance.randint(240, 255), chance.randint(238, 252), chance.randint(222, 250))
    )
    return ImageChops.multiply(page, tint)


def _dirty(page: Image.Image, chance: Random, specks: int) -> Image.Image:
    pen = ImageDraw.Draw(page)
    for _ in range(chance.randint(0, 2 * specks)):
        x, y, size = (
            chance.uniform(0, page.width),
            chance.uniform(0, page.height),
            chance.choice([1, 1, 1, 2, 3]),
        )
        grey = chance.randint(40, 190)
        pen.ellipse((x, y, x + size, y + size), fill=(grey, grey, grey))
    return page


def _streaked(page: Image.Image, chance: Random) -> Image.Image:
    pen = ImageDraw.Draw(page)
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        x, grey = chance.uniform(0, page.width), chance.randint(120, 215)
        pen.line((x, 0, x + chance.gauss(0, 2), page.height), fill=(grey, grey, grey), width=1)
    return page


def _stamped(page: Image.Image, chance: Random, astray: float) -> Image.Image:
    """A red seal where it belongs at the top left, and sometimes one where it does not belong."""
    if page.info.get("number") == 1:
        page = _sealed(page, chance, 0.21, 0.115)
    if chance.random() < astray:
        page = _sealed(page, chance, chance.uniform(0.5, 1.0), chance.uniform(0.2, 0.9))
    return page


def _sealed(page: Image.Image, chance: Random, x: float, y: float) -> Image.Image:
    radius, ink = page.width * 18 / 210, Image.new("L", page.size, 0)
    pen = ImageDraw.Draw(ink)
    across, down = x * page.width + chance.gauss(0, radius / 8), y * page.height + chance.gauss(0, radius / 8)
    for part, width in ((1.0, 6), (0.93, 2), (0.6, 2)):
        size = radius * part
        pen.ellipse((across - size, down - size, across + size, down + size), outline=235, width=width)
    for letter in range(24):
        angle = letter * math.pi / 12
        at = (across + 0.77 * radius * math.cos(angle), down + 0.77 * radius * math.sin(angle))
        pen.text(at, "BHXHTINHBINHDINH*BHXHVN*"[letter], 235, anchor="mm", font_size=radius / 5)
    star = [
        (across + r * radius * math.sin(k * math.pi / 5), down - r * radius * math.cos(k * math.pi / 5))
        for k, r in enumerate([0.4, 0.16] * 5)
    ]
    pen.polygon(star, fill=200)
    red = Image.new(
        "RGB", page.size, (chance.randint(195, 235), chance.randint(20, 60), chance.randint(30, 70))
    )
    return Image.composite(ImageChops.multiply(page, red), page, ink)


def _photographed(page: Image.Image, chance: Random, tilt: float, curl: float) -> Image.Image:
    """A mesh of small quadrilaterals takes perspective and curl; around the page lies a table."""
    scale = chance.uniform(0.9, 1.15)
    border = (page.width * 0.09, page.height * 0.07)
    size = (round((page.width + 2 * border[0]) * scale), round((page.height + 2 * border[1]) * scale))
    table = Image.new("RGB", (page.width + 400, page.height + 400), (96, 74, 52))
    table.paste(page, (200, 200))
    corners = [
        [200 - border[0] * (1 + chance.gauss(0, tilt * 4)), 200 - border[1] * (1 + chance.gauss(0, tilt * 4))]
        for _ in range(4)
    ]
    for corner, (right, down) in zip(corners, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        corner[0] += right * (page.width + 2 * border[0])
        corner[1] += down * (page.height + 2 * border[1])
    amount = curl * page.width / 210
    waves = [(chance.uniform(0.4, 1.1), chance.uniform(0.4, 1.1), chance.uniform(0, 6.3)) for _ in range(2)]

    def source(u: float, v: float) -> tuple[float, float]:
        near = [(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v]
        x, y = (
            sum(share * corner[axis] for share, corner in zip(near, corners, strict=True)) for axis in (0, 1)
        )
        bend = [math.sin(2 * math.pi * (a * u + b * v) + phase) for a, b, phase in waves]
        return x + 0.5 * amount * bend[0], y + 0.7 * amount * bend[1]

    steps = 26
    mesh = []
    for i in range(steps):
        for j in range(steps):
            box = (
                size[0] * i // steps,
                size[1] * j // steps,
                size[0] * (i + 1) // steps,
                size[1] * (j + 1) // steps,
            )
            u, v, to_u, to_v = i / steps, j / steps, (i + 1) / steps, (j + 1) / steps
            mesh.append((box, (*source(u, v), *source(u, to_v), *source(to_u, to_v), *source(to_u, v))))
    return table.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def _lit(page: Image.Image, chance: Random, dark: float, noise: float) -> Image.Image:
    fall = dark * chance.random()
    light = Image.radial_gradient("L").point(lambda value: 255 - round(value * fall))
    slope = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180, 270]))
    slope = slope.point(lambda value: 255 - round(value * dark * 0.6))
    for layer in (light, slope):
        page = ImageChops.multiply(
            page, Image.merge("RGB", [layer.resize(page.size, Image.Resampling.BICUBIC)] * 3)
        )
    page = ImageEnhance.Contrast(page).enhance(chance.uniform(0.85, 1.25))
    grain = rough(page.size, chance.uniform(0.3, 1) * noise, chance)
    return ImageChops.add(page, Image.merge("RGB", [grain] * 3), 1, -128)


def _shadowed(page: Image.Image, chance: Random) -> Image.Image:
    """A hand's or telephone's shadow with a soft edge."""
    layer = Image.new("L", (90, 120), 255)
    edge = chance.uniform(20, 100)
    shade = chance.randint(120, 200)
    ImageDraw.Draw(layer).polygon(
        [(0, edge), (90, edge + chance.gauss(0, 25)), (90, 120), (0, 120)], fill=shade
    )
    soft = layer.filter(ImageFilter.GaussianBlur(chance.uniform(1, 6))).resize(
        page.size, Image.Resampling.BICUBIC
    )
    return ImageChops.multiply(page, Image.merge("RGB", [soft] * 3))


def _packed(page: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue()))
