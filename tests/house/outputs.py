"""What the product puts out, as a table of names and SHA-256: the same before and after a change that changes nothing.

``python -m tests.house.outputs --out table.json`` runs the product in one process with a given secret, clock and
random source, and asks it for everything that leaves it; ``--of`` asks another checkout instead, ``--keep`` keeps
the outputs themselves, ``--exact`` compares bytes where the table otherwise compares what they say on every machine.

The product is addressed by its outermost surface only: ``python -m survey.cli``, ``survey.create_app``, addresses,
the files of the data directory, and the catalogue of errors as files of that name.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import re
import sqlite3
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.house.stillness import PASSWORD, SITE, Browser, chance, command, hold_still, served
from tests.house.tabled import Table

HOME = Path(__file__).parents[2]
SECRET = "5a" * 32
REAL, DEMO = "binh-dinh-2024", "dien-tap"
UNIT = "an-nhon"
OF_UNIT = ("--unit", UNIT)
PEOPLE: dict[str, tuple[str, ...]] = {"admin": (), "tccb": (), "unit_head": OF_UNIT, "officer": OF_UNIT}


def new_directory(table: Table, name: str) -> Path:
    """Return a data directory that holds the given secret and nothing else."""
    keys = table.place / name / "keys"
    keys.mkdir(parents=True, mode=0o700)
    (keys / "secret.hex").write_text(SECRET, "ascii")
    (keys / "secret.hex").chmod(0o600)
    return keys.parent


def rehearsal(table: Table) -> tuple[Path, str]:
    """Set the demonstration up, serve and stop it, ask every command about it; return where it is and its password."""
    data = new_directory(table, "demo")
    told = table.say("demo", "demo", "--port", "0", data=data)
    for name in (
        "links --json",
        "links",
        "results --json",
        "results",
        "units --json",
        "units",
        "account list",
        "doctor",
    ):
        table.say(name, *name.split(), data=data)
    for unit in ((), ("--unit", UNIT)):
        name = " ".join(("report", *unit))
        table.say(name, *name.split(), "--out", str(table.place / name), data=data)
        table.files(name, table.place / name)
    table.say("export-responses", "export-responses", "--out", str(table.place / "all.csv"), data=data)
    table.keep("export-responses all.csv", (table.place / "all.csv").read_bytes())
    found = re.search(r"mật khẩu chung: ([^)]+)\)", told)
    return data, found[1] if found else ""


def rehearsed_pages(table: Table, data: Path, password: str) -> None:
    """Look at what TCCB and the others see of the demonstration."""
    app = served(data)
    tccb = Browser(app, 1).sign_in("tccb@hailong.demo", password)
    head = Browser(app, 2).sign_in("thutruong@hailong.demo", password)
    room = f"/noi-bo/{DEMO}"
    for page in (
        *("ket-qua", f"ket-qua/{UNIT}", "phan-tich", "chi-tieu", "phieu-in", f"phieu-in/{UNIT}", "doi-chieu"),
        *("thu-moi", "kiosk", "ma-qr", "the-ma", "phieu-giay", "bao-cao.pdf", "bao-cao.xlsx"),
    ):
        table.page(f"tccb {page}", tccb, f"{room}/{page}")
    table.page("tccb phan-tich?lang=en", tccb, f"{room}/phan-tich?lang=en")
    for picture in sorted(set(re.findall(rf"{room}/hinh/[\w-]+\.svg", tccb.ask(f"{room}/ket-qua").text))):
        table.page(f"tccb {picture.rpartition('/')[2]}", tccb, picture)
    for page in ("ket-qua", "chi-tieu", "kiosk", "doi-chieu", "nhap-lan-hai"):
        table.page(f"head {page}", head, f"{room}/{page}")
    table.page(
        "admin tai-khoan", Browser(app, 3).sign_in("quantri@hailong.demo", password), "/noi-bo/tai-khoan"
    )


def campaign(table: Table) -> Path:
    """Load the bundled plan for real and print everything that is printed; return the data directory."""
    data = new_directory(table, "real")
    table.say("init", "init", data=data)
    table.say("plan load", "plan", "load", REAL, data=data)
    for role, unit in PEOPLE.items():
        words = (
            "account",
            "add",
            f"{role}@tinh.example.vn",
            "--name",
            f"Người thử {role}",
            "--role",
            role,
            *unit,
        )
        table.say(f"account add {role}", *words, data=data)
    out = table.place / "printed"
    out.mkdir()
    for edition in ("standard", "large"):
        files = ("--out", str(out / f"{edition}.pdf"), "--boxes", str(out / f"{edition}.json"))
        words = ("forms", "print", "--unit", UNIT, "--count", "3", *files, "--edition", edition)
        table.say(f"forms print {edition}", *words, data=data)
    cards = ("--out", str(out / "cards.pdf"), "--json", str(out / "cards.json"))
    table.say("tickets print", "tickets", "print", "--unit", UNIT, "--count", "5", *cards, data=data)
    table.say("posters", "posters", "--unit", UNIT, "--out", str(out / "posters"), data=data)
    table.files("printed", out)
    return data


def citizens_pages(table: Table, data: Path) -> None:
    """Answer as a citizen does, by a poster and by a card."""
    _, listed, _ = command("links", "--json", data=data)
    poster = next(link["url"] for link in json.loads(listed) if link["unit"] == UNIT).removeprefix(SITE)
    card = json.loads((table.place / "printed" / "cards.json").read_text("utf-8"))[0]["url"].removeprefix(
        SITE
    )
    citizen = Browser(served(data), 11)
    for name, path in {"poster": poster, "poster en": f"{poster}?lang=en", "card": card}.items():
        table.page(f"citizen {name}", citizen, path)
    for name, path in (("poster", poster), ("card", card)):
        fields = {"c1_1": "5", "c1_2": "4", "overall": "4", "comment": "Cảm ơn."}
        table.page(
            f"citizen faulty {name}", citizen, path, {**fields, "key": "0123456789abcdefghij", "c1_1": "9"}
        )
        sent = table.page(f"citizen sends {name}", citizen, path, {**fields, "key": f"{name:_<22}"})
        table.page(f"citizen receipt {name}", citizen, sent.headers.get("Location", "/").removeprefix(SITE))
    table.page("citizen card again", citizen, card)
    for name in (
        "/",
        "/m",
        f"{poster[:-1]}!",
        "/m/ABCD-EFGH",
        "/s/abc",
        "/healthz",
        "/readyz",
        "/version",
        "/khong-co",
    ):
        table.page(
            f"anybody {name if name.isascii() else 'other'}".replace(poster[:-1], "poster"), citizen, name
        )


def offices_pages(table: Table, data: Path) -> None:
    """Set a kiosk up, key a printed form, look at the pages again that show both."""
    app, room = served(data), f"/noi-bo/{REAL}"
    head = Browser(app, 21).sign_in("unit_head@tinh.example.vn", PASSWORD)
    tccb = Browser(app, 24).sign_in("tccb@tinh.example.vn", PASSWORD)
    chance.begin("kiosk")
    fields = {"unit": UNIT, "counter": "1", "idle_seconds": "60", "unfinished": "discard"}
    made = tccb.send(f"{room}/kiosk", f"{room}/kiosk", **fields)
    table.keep("kiosk link", made.get_data())
    number, code = re.findall(rf"#{REAL}/(\d+)/([\w-]+)", made.text)[0]
    device, key = Browser(app, 22), b"\7" * 32
    shown = {"Authorization": f"Kiosk {REAL}/{number}/{base64.urlsafe_b64encode(key).decode().rstrip('=')}"}
    asked = {
        "campaign": REAL,
        "number": int(number),
        "code": code,
        "key_hash": hashlib.sha256(key).hexdigest(),
    }
    table.page("kiosk enrol", device, "/kios/api/enrol", json.dumps(asked), headers=shown)
    record = {"number": 1, "key": "device-made-key-0001", "fields": {"c1_1": "5", "overall": "4"}}
    table.page("kiosk records", device, "/kios/api/records", json.dumps(record), headers=shown)
    for path in ("", "worker.js", "manifest.webmanifest", "api/settings", "api/screen-code"):
        table.page(f"kiosk /{path}", device, f"/kios/{path}", headers=shown)
    officer = Browser(app, 23).sign_in("officer@tinh.example.vn", PASSWORD)
    chance.begin("keying")
    entry = f"{room}/nhap-phieu"
    kept = officer.send(entry, entry, form_number="0001", c1_1="5", c1_2="3", overall="4")
    table.keep("officer keys", f"{kept.status}\n{kept.text}")
    for page in ("nhap-phieu", "nhap-lan-hai", "chi-tieu", "man-hinh", "man-hinh/1", "kiosk", "ket-qua"):
        table.page(f"officer {page}", officer, f"{room}/{page}")
    for page in ("chi-tieu", "kiosk", f"phieu-in/{UNIT}/bien-ban", "the-ma", "phieu-giay"):
        table.page(f"head {page} of the campaign", head, f"{room}/{page}")


def database(table: Table, data: Path, name: str) -> None:
    """Note the schema and what every table holds."""
    with contextlib.closing(sqlite3.connect(data / "hailong.sqlite3")) as found:
        made = found.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1, 2"
        ).fetchall()
        table.keep(f"{name} schema", "\n".join(f"{kind} {of}: {sql}" for kind, of, sql in made))
        for kind, of, _sql in made:
            if kind == "table":
                rows = sorted(map(repr, found.execute(f'SELECT * FROM "{of}"')))
                table.keep(f"{name} rows of {of}", "\n".join(rows))


def catalogue(table: Table, checkout: Path) -> None:
    """Note every error of the catalogue, wherever in the checkout its file lies."""
    rooms = (
        path for path in checkout.iterdir() if path.is_dir() and not path.name.startswith((".", "tests"))
    )
    files = sorted(found for room in rooms for found in room.rglob("errors.toml"))
    whole: dict[str, Any] = {}
    for path in files:
        whole |= tomllib.loads(path.read_text("utf-8"))
    table.keep("catalogue of errors", json.dumps(whole, ensure_ascii=False, sort_keys=True))


def help_and_faults(table: Table) -> None:
    """Note what the command line says of itself, and how it refuses."""
    nowhere = table.place / "nowhere"
    for name in ("", "--help", "plan --help", "forms print --help", "invitations --help", "version"):
        table.say(f"hailong {name}", *name.split(), data=nowhere)
    for name in ("links", "no-such-command", "plan load no-such-plan", "forms print", "plan-size --help"):
        table.say(f"refused {name}", *name.split(), data=nowhere)


def scores(table: Table) -> None:
    """Score the golden data sets."""
    for case in sorted((HOME / "tests" / "golden" / "scoring").iterdir()):
        if case.is_dir() and (case / "units.csv").exists():
            out = table.place / f"{case.name}.json"
            table.say(f"score {case.name}", "score", str(case), "--out", str(out))
            table.keep(f"score {case.name} results", out.read_bytes())


def steps(table: Table, checkout: Path) -> Iterator[Callable[[], None]]:
    """Yield everything that is asked, in its order."""
    yield lambda: help_and_faults(table)
    yield lambda: scores(table)
    data, password = rehearsal(table)
    yield lambda: rehearsed_pages(table, data, password)
    yield lambda: database(table, data, "demo")
    real = campaign(table)
    yield lambda: citizens_pages(table, real)
    yield lambda: offices_pages(table, real)
    yield lambda: database(table, real, "real")
    yield lambda: catalogue(table, checkout)


def run(checkout: Path, *, exact: bool = False, kept: Path | None = None) -> dict[str, str]:
    """Return the table of a checkout; the product must not have been imported yet."""
    sys.path.insert(0, str(checkout))
    with hold_still(), tempfile.TemporaryDirectory() as scratch:
        table = Table(Path(scratch), exact=exact, kept=kept)
        for step in steps(table, checkout):
            step()
    return table.rows


def main() -> None:
    """Print the table, and write it where ``--out`` says."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--of", type=Path, default=HOME, help="the checkout that is asked")
    parser.add_argument("--out", type=Path, help="write the table as JSON")
    parser.add_argument(
        "--exact", action="store_true", help="compare bytes: for two checkouts on one machine"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the outputs as they are compared")
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    rows = run(given.of.absolute(), exact=given.exact, kept=given.keep)
    for name, digest in rows.items():
        print(f"{name}  {digest}")
    if given.out:
        given.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
