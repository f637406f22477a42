"""``python -m survey.cli``: what ``./hailong`` starts."""

from __future__ import annotations

import sys

from survey.cli.boundary import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
