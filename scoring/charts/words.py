"""Every Vietnamese string that a figure prints by itself, and the Vietnamese form of its numbers."""

from __future__ import annotations

from collections.abc import Sequence

REHEARSAL = "DỮ LIỆU MẪU"
INDEX = {
    "f1": "Chỉ số hài lòng (điểm trung bình / điểm tối đa)",
    "f2": "Tỷ lệ hài lòng hoặc rất hài lòng",
    "f3": "Chỉ số hài lòng (thang 0 – 100)",
}
LEVELS = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")
LEVELS_SHORT = ("Rất\nkhông\nhài lòng", "Không\nhài lòng", "Bình\nthường", "Hài lòng", "Rất\nhài lòng")
COLUMN_INDEX = "% (khoảng tin cậy)"
COLUMN_FORMS = "Số phiếu"
COLUMN_ANSWERS = "Lượt\ntrả lời"
COLUMN_RANK = "Thứ tự"
COLUMN_MARGINAL = "Khoảng hạng\ntừng đơn vị"
COLUMN_SIMULTANEOUS = "Khoảng hạng\ncả bảng"
AXIS_RANK = "Hạng"
AXIS_SATISFACTION = "Mức hài lòng (%)"
PROVINCE_POOLED = "Toàn tỉnh (gộp phiếu)"
PROVINCE_WEIGHTED = "Toàn tỉnh (theo số giao dịch)"
OVERALL = "Chung"
OVERALL_ITEM = "Đánh giá chung"
NO_DATA = "chưa có số liệu"
NO_INTERVAL = "chưa tính được khoảng tin cậy"
CENSUS = "đã hỏi toàn bộ"
NOTHING_TO_SHOW = "Chưa có số liệu để vẽ."

FOREST = "Chỉ số hài lòng của các đơn vị"
PROFILE = "Chỉ số hài lòng theo tiêu chí"
LEVELS_TITLE = "Câu trả lời theo năm mức độ"
LEVELS_SUBTITLE = "Tỷ lệ % trong các câu trả lời có chọn mức độ"
PACE = "Tiến độ thu phiếu"
PACE_SUBTITLE = "Số phiếu hợp lệ cộng dồn theo ngày"
PACE_TARGET = "Chỉ tiêu tối thiểu"
RANKS = "Thứ hạng của các đơn vị và độ chắc chắn"
RANKS_SUBTITLE = "Các thứ hạng mà số liệu chưa loại trừ được; hạng 1 là cao nhất"
IMPORTANCE = "Mức ảnh hưởng và mức hài lòng của các tiêu chí"
IMPORTANCE_SUBTITLE = "Tiêu chí nào gắn nhiều nhất với đánh giá chung"
AXIS_IMPORTANCE = "Phần đóng góp vào đánh giá chung (%)"
QUADRANTS = ("Ưu tiên cải thiện", "Giữ vững", "Cải thiện khi có điều kiện", "Duy trì")


def number(value: float, decimals: int = 2) -> str:
    """Print a number with the decimal comma, as in ``95,17``."""
    return f"{value:.{decimals}f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")


def whole(value: int) -> str:
    """Print a count with a point between thousands, as in ``1.597``."""
    return f"{value:,}".replace(",", ".")


def interval(low: float, high: float, decimals: int = 2) -> str:
    """Print the ends of an interval, as in ``93,76 – 96,28``."""
    return f"{number(low, decimals)} – {number(high, decimals)}"


def span(low: int, high: int) -> str:
    """Print a set of ranks, as in ``2 – 5``, or a single one as ``2``."""
    return str(low) if low == high else f"{low} – {high}"


def confidence(level: float) -> str:
    """Name a confidence level, as in ``độ tin cậy 95 %``."""
    return f"độ tin cậy {number(100 * level, 1).removesuffix(',0')} %"


def target(percent: float) -> str:
    """Name a target line, as in ``85 %``."""
    return f"{number(percent, 1).removesuffix(',0')} %"


def forms(count: int) -> str:
    """Say a number of forms."""
    return f"{whole(count)} phiếu"


def answers(count: int) -> str:
    """Say a number of answers."""
    return f"{whole(count)} lượt trả lời"


def estimate_said(value: float | None, low: float | None, high: float | None) -> str:
    """Say an estimate and its interval in words."""
    if value is None:
        return NO_DATA
    if low is None or high is None:
        return f"{number(value)} %, {NO_INTERVAL}"
    return f"{number(value)} %, từ {number(low)} đến {number(high)}"


def goals(targets: Sequence[float]) -> str:
    """Say the targets."""
    return f"Mục tiêu: {', '.join(target(one) for one in targets)}."


def ranks_said(rank: int, low: int, high: int) -> str:
    """Say a place and the set of ranks that the data leave open."""
    return f"thứ tự {rank}, hạng có thể là {span(low, high)}."


def pace_said(day: str, count: int, needed: float) -> str:
    """Say what has come in by a day and what an even pace would have by then."""
    return f"Đến hết {day}: {forms(count)}; theo tiến độ đều cần có {whole(round(needed))}."


def driver_said(satisfaction: float, weight: float, low: float, high: float) -> str:
    """Say a criterion's satisfaction and its share of the overall judgement."""
    return f"hài lòng {number(satisfaction)} %; đóng góp {number(weight, 1)} % ({interval(low, high, 1)})"
