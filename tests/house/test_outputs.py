"""Everything that leaves the product is what it was: pages, documents, figures, codes, rows.

Where an output was meant to change, look at it (``--keep FOLDER``) and write the table anew:
``.venv/bin/python -m tests.house.outputs --out tests/golden/outputs.json``
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.house import tree


def test_every_output_is_what_it_was(tmp_path: Path) -> None:
    table = tmp_path / "table.json"
    words = [sys.executable, "-m", "tests.house.outputs", "--out", str(table)]
    done = subprocess.run(words, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    known = json.loads((tree.ROOT / "tests/golden/outputs.json").read_text("utf-8"))
    found = json.loads(table.read_text("utf-8"))
    assert sorted(found) == sorted(known)
    assert [name for name in known if found[name] != known[name]] == []
