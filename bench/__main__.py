"""``python -m bench [PART ...]``: runs the named parts, or all of them, one after the other.

Each part prints a table. Figures of one run are to be compared with each other: the machine's speed
differs from run to run, so every part measures what it compares in turns and prints ratios.
"""

from __future__ import annotations

import importlib
import sys

PARTS = {
    "page": "a first visit: requests, bytes, and rendering beside WTForms widgets",
    "first_visit": "a first visit at 400 kbit/s, 400 ms and a quarter of the processor, in Chromium",
    "submission": "processor time and waiting time of a durable submission beside a bare hello",
    "structure": "the house in figures: files, functions, branches, rooms, words",
    "paper": "filled forms at five levels of scans and photos: wrong answers, doubts, pages a second",
    "scoring_speed": "scoring of a million forms",
    "coverage": "how often intervals and indices hold the truth",
    "guessing": "how far a citizen's answers can be guessed from released figures",
    "flags": "how often rank sets and flags on data quality are right",
}


def main(names: list[str]) -> int:
    """Run the parts by name; 2 for an unknown one."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(unknown)}; known: {', '.join(PARTS)}\n")
        return 2
    for name in names or PARTS:
        print(f"\n# {name}: {PARTS[name]}\n", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
