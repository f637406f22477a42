"""Made-up results for tests of figures: plausible numbers, long Vietnamese names, awkward cases."""

from __future__ import annotations

import numpy as np

from scoring.results import DomainResult, Estimate, IndexResult, SurveyResult

UNIT_NAMES = (
    "Văn phòng Bảo hiểm xã hội tỉnh Bình Định",
    "BHXH thị xã An Nhơn",
    "BHXH thị xã Hoài Nhơn",
    "BHXH huyện An Lão",
    "BHXH huyện Hoài Ân",
    "BHXH huyện Phù Cát",
    "BHXH huyện Phù Mỹ",
    "BHXH huyện Tây Sơn",
    "BHXH huyện Tuy Phước",
    "BHXH huyện Vân Canh",
    "BHXH huyện Vĩnh Thạnh",
)
CRITERIA = {
    "C1": "Tiếp cận dịch vụ",
    "C2": "Điều kiện tiếp đón và phục vụ",
    "C3": "Thủ tục hành chính",
    "C4": "Kết quả, tiến độ giải quyết",
    "C5": "Sự phục vụ của viên chức",
    "C6": "Tiếp nhận, xử lý phản ánh, kiến nghị",
}


def unit_labels(count: int) -> dict[str, str]:
    """Return names of so many units, the first eleven real."""
    names = [*UNIT_NAMES, *(f"BHXH cơ sở số {number}" for number in range(12, count + 1))]
    return {f"U{number:02d}": name for number, name in enumerate(names[:count])}


def estimate(value: float, forms: int) -> Estimate:
    """Return an estimate with a rough interval; what matters is its shape, not its truth."""
    half = 196 * float(np.sqrt(max(value * (100 - value), 25.0) / 10000 / forms))
    return Estimate(
        value, half / 1.96, forms - 1.0, max(value - half, 0.0), min(value + 0.7 * half, 100.0), "xlogit"
    )


def index(name: str, forms: int, rng: np.random.Generator, good: float) -> IndexResult:
    """Return the index of one criterion with random answers of the given goodness (0..1)."""
    shares = np.array([0.006, 0.014, 0.06, 0.0, 0.0]) * (1 - good) / 0.08
    shares[3], shares[4] = 0.55 * good, 0.45 * good
    levels = rng.multinomial(4 * forms, shares / shares.sum())
    counts = np.arange(1, 6) @ levels / levels.sum()
    two = 100 * levels[3:].sum() / levels.sum()
    one, two_box, three = 20 * counts, two, 25 * (counts - 1)
    f1, f2, f3 = (estimate(float(value), forms) for value in (one, two_box, three))
    return IndexResult(name, forms, int(levels.sum()), 3, 5, _five(levels), f1, f2, f3)


def _five(levels: np.ndarray) -> tuple[int, int, int, int, int]:
    first, second, third, fourth, fifth = (int(n) for n in levels)
    return first, second, third, fourth, fifth


def empty_index(name: str) -> IndexResult:
    """Return an index without a single answer."""
    none = Estimate(None, None, None, None, None, "none", "no_answers")
    return IndexResult(name, 0, 0, 0, 0, (0, 0, 0, 0, 0), none, none, none)


def domain(name: str, forms: int, rng: np.random.Generator) -> DomainResult:
    """Return one unit's results."""
    good = float(rng.uniform(0.78, 0.97))
    criteria = tuple(index(one, forms, rng, min(0.99, good + float(rng.normal(0, 0.04)))) for one in CRITERIA)
    overall = index("overall", forms, rng, good)
    direct = index("overall_item", forms, rng, good)
    return DomainResult(name, forms, 20 * forms, criteria, (), overall, overall, overall, direct)


def empty_domain(name: str) -> DomainResult:
    """Return the results of a unit that has no form yet."""
    nothing = empty_index("overall")
    return DomainResult(
        name, 0, None, tuple(empty_index(one) for one in CRITERIA), (), nothing, nothing, nothing, None
    )


def survey(units: int, seed: int = 1) -> SurveyResult:
    """Return the results of a campaign of so many units."""
    rng = np.random.default_rng(seed)
    made = tuple(domain(f"U{number:02d}", 50 if number == 0 else 80, rng) for number in range(units))
    province = domain("province", 80 * units, rng)
    return SurveyResult(1, 0.95, "f2", "pooled", "weighted", made, province, province)
