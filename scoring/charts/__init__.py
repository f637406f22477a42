"""The figures of a survey, on matplotlib's objects: nothing of pyplot, no window, no global figure.

Every function returns a ``Chart`` with ``svg()`` and ``png()``, a title, and a description in words for
those who do not see the picture. Colours keep their order of lightness, so a black-and-white print reads.
"""

from scoring.charts.canvas import Chart
from scoring.charts.collection import CollectionPace, pace
from scoring.charts.forest import criterion_profile, forest
from scoring.charts.importance import Driver, importance
from scoring.charts.levels import level_bars
from scoring.charts.rank_plot import rank_sets

__all__ = [
    "Chart",
    "Driver",
    "CollectionPace",
    "criterion_profile",
    "forest",
    "importance",
    "level_bars",
    "pace",
    "rank_sets",
]
