"""The arrays that the arithmetic passes around, by what they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
MarkArray = NDArray[np.uint8]  # marks of forms: 1..5 counted, 0 blank, 9 no opinion
CodeArray = NDArray[np.intp]  # positions and codes of units, officers, channels, strata
CountArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
