"""Makes the old data directory of ``tests/golden/data-directory-0010``, and lives on in a copy of it.

``python -m tests.support.old_directory make`` wrote the files there, on the day that the README beside them names.
It is kept to tell how they came about: making them anew would make them young, and they are of use because they
are old. ``open DIR`` upgrades and serves a copy; ``use DIR`` lets every kind of person and device come back that the directory
knows; both print what happened. All use the outermost surface of the product only. Each is a process of its own:
looking into the database by another library while the product has it open would take its locks away.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import hashlib
import io
import json
import re
import sqlite3
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from survey import clock
from survey.services.collection import board_counts
from survey.web.app_context import NAME
from tests.house.stillness import MOMENT, PASSWORD, SITE, Browser, chance, command, hold_still, served

HOME = Path(__file__).parents[2]
GOLDEN = HOME / "tests" / "golden" / "data-directory-0010"
SECRET = "c3" * 32
CODE, UNIT = "binh-dinh-2024", "an-nhon"
ROOM = f"/noi-bo/{CODE}"
HOUR = 3600  # the board of the same day says the same
OF_UNIT = ("--unit", UNIT)
PEOPLE: dict[str, tuple[str, ...]] = {
    "admin": (),
    "tccb": (),
    "unit_head": OF_UNIT,
    "officer": OF_UNIT,
    "colleague": OF_UNIT,
}
ANSWER = {"c1_1": "5", "c1_2": "4", "overall": "4"}


class Office:
    """A data directory and everybody who has to do with it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.app = served(data)
        # As ``serve`` does before its door opens.
        board_counts.count_due(self.app.extensions[NAME], clock.now())
        self.guests = 0

    def guest(self) -> Browser:
        """Somebody who was never here before."""
        self.guests += 1
        return Browser(self.app, self.guests)

    def person(self, name: str) -> Browser:
        """Somebody of the office, signed in."""
        return self.guest().sign_in(f"{name}@tinh.example.vn", PASSWORD)

    def answers(self, path: str, **fields: str) -> str:
        """Answer as a citizen and return the receipt's code."""
        sent = self.guest().send(path, path, **{**ANSWER, **fields})
        return str(sent.headers.get("Location", sent.status)).partition("?")[0].rpartition("/")[2]

    def device(self, number: int, key: str, path: str, said: Any = None) -> Any:
        """Say something to the service as a kiosk does."""
        shown = base64.urlsafe_b64encode(bytes.fromhex(key)).decode().rstrip("=")
        body = None if said is None else json.dumps(said)
        return self.guest().ask(path, body, headers={"Authorization": f"Kiosk {CODE}/{number}/{shown}"})

    def board(self) -> list[str]:
        """What TCCB's board shows, cell by cell."""
        page = self.person("tccb").ask(f"{ROOM}/chi-tieu").text
        cells = (
            re.sub(r"<[^>]+>", " ", cell)
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page, re.DOTALL)
        )
        return [" ".join(cell.split()) for cell in cells]


def dump(data: Path) -> dict[str, list[str]]:
    """Return the schema and the rows of every table of a data directory."""
    with contextlib.closing(sqlite3.connect(data / "hailong.sqlite3")) as found:
        made = found.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        rows = {
            name: sorted(map(repr, found.execute(f'SELECT * FROM "{name}"')))
            for kind, name, _sql in made
            if kind == "table"
        }
    return {"the schema": sorted(map(repr, made)), **rows}


def done(*words: str, data: Path) -> str:
    """Run a command that must not fail, and return what it wrote."""
    code, out, err = command(*words, data=data)
    if code:
        raise RuntimeError(f"{words}: {err}")
    return out


def founded(data: Path) -> dict[str, Any]:
    """Set the directory up by the command line: plan, accounts, sheets, cards, invitations, an import."""
    (data / "keys").mkdir(parents=True, mode=0o700)
    (data / "keys" / "secret.hex").write_text(SECRET, "ascii")
    (data / "keys" / "secret.hex").chmod(0o600)
    done("init", data=data)
    done("plan", "load", CODE, data=data)
    for name, unit in PEOPLE.items():
        role = "officer" if name == "colleague" else name
        words = ("account", "add", f"{name}@tinh.example.vn", "--name", f"Người thử {name}", "--role", role)
        done(*words, *unit, data=data)
    out = data.parent / "out"
    out.mkdir()
    done("forms", "print", *OF_UNIT, "--count", "60", "--out", str(out / "forms.pdf"), data=data)
    files = ("--out", str(out / "cards.pdf"), "--json", str(out / "cards.json"))
    done("tickets", "print", *OF_UNIT, "--count", "12", *files, data=data)
    (out / "list.csv").write_text(
        "ten,email\n" + "".join(f"Công ty {n},vt{n}@cty{n}.example.vn\n" for n in range(1, 7)), "utf-8"
    )
    done("invitations", "load", str(out / "list.csv"), *OF_UNIT, data=data)
    done("invitations", "merge", str(out / "list.csv"), *OF_UNIT, "--out", str(out / "merged.csv"), data=data)
    imported(data, out)
    invited = re.findall(rf"{SITE}(/m/[\w-]+)", (out / "merged.csv").read_text("utf-8"))
    links = json.loads(done("links", "--json", data=data))
    return {
        "posters": [link["url"].removeprefix(SITE) for link in links],
        "poster": next(link["url"].removeprefix(SITE) for link in links if link["unit"] == UNIT),
        "cards": [
            card["url"].removeprefix(SITE) for card in json.loads((out / "cards.json").read_text("utf-8"))
        ],
        "invitations": invited,
    }


def imported(data: Path, out: Path) -> None:
    """Take nine responses in from a file, with the columns that an export has."""
    done("export-responses", "--out", str(out / "none.csv"), data=data)
    names = next(csv.reader(io.StringIO((out / "none.csv").read_text("utf-8-sig"))))
    with (out / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for n in range(9):
            facts = {
                "id": f"cu-{n}",
                "unit": UNIT,
                "day": f"2024-08-{6 + n:02}",
                "half_day": "am",
                "overall": "4",
            }
            writer.writerow({**facts, "comment": "Cảm ơn." if n == 0 else ""})
    done("import-responses", str(out / "in.csv"), data=data)


def peopled(office: Office, facts: dict[str, Any]) -> None:
    """Let citizens and devices answer by every way in."""
    receipts = [office.answers(path, c1_1=str(1 + n % 5)) for n, path in enumerate(facts["posters"] * 2)]
    facts["receipt"] = office.answers(facts["poster"], comment="Ghế chờ hơi ít.")
    spent = [office.answers(path) for path in (*facts["cards"][:3], *facts["invitations"][:2])]
    facts["kiosks"] = [kiosk(office, number, facts["cards"][3]) for number in (1, 2)]
    shown = office.device(1, facts["kiosks"][0]["key"], "/kios/api/screen-code").json or {}
    spent.append(office.answers(shown["url"].removeprefix(SITE)))
    if not all(re.fullmatch(r"[A-Z0-9-]{6,}", code) for code in (*receipts, *spent, facts["receipt"])):
        raise RuntimeError(f"an answer was not taken: {receipts} {spent}")


def kiosk(office: Office, number: int, card: str) -> dict[str, Any]:
    """Enrol a kiosk and send records of it, one of which leaves a gap and one of which has a card."""
    fields = {"unit": UNIT, "counter": "1", "idle_seconds": "60", "unfinished": "discard"}
    made = office.person("tccb").send(f"{ROOM}/kiosk", f"{ROOM}/kiosk", **fields)
    code = re.findall(rf"#{CODE}/{number}/([\w-]+)", made.text)[0]
    key = hashlib.sha256(f"kiosk {number}".encode()).hexdigest()
    hashed = hashlib.sha256(bytes.fromhex(key)).hexdigest()
    asked = {"campaign": CODE, "number": number, "code": code, "key_hash": hashed}
    answers = [office.device(number, key, "/kios/api/enrol", asked)]
    for n in (1, 2, 3, 5):
        record: dict[str, Any] = {"number": n, "key": f"device-{number}-record-{n:04}", "fields": ANSWER}
        if (number, n) == (1, 5):
            record["code"] = card.rpartition("/")[2]
        answers.append(office.device(number, key, "/kios/api/records", record))
    answers.append(office.device(number, key, "/kios/api/beat", {"issued": 5, "waiting": 1, "overdue": 0}))
    if any(answer.status_code != 200 for answer in answers):
        raise RuntimeError([answer.text for answer in answers])
    return {"number": number, "key": key}


def papered(office: Office, facts: dict[str, Any]) -> None:
    """Hand sheets out, take some back, key some in, twice where chance says so, and decide on one."""
    head, officer, colleague = map(office.person, ("unit_head", "officer", "colleague"))
    page = f"{ROOM}/phieu-in/{UNIT}"
    for act, sheets in {
        "handed_out": "1-40",
        "returned": "1-25",
        "taken_back": "36-38",
        "blank": "26",
        "spoiled": "27",
        "missing": "28",
    }.items():
        said = head.send(f"{page}/ghi", page, act=act, ranges=sheets, witness="Trần Thị B", note="")
        if said.status_code not in {302, 303}:
            raise RuntimeError(f"{act}: {said.text}")
    for n in range(1, 21):
        keyed(officer, f"{n:04}", ANSWER)
    waiting = second_keying(colleague)
    for place, number in enumerate(waiting[:-1]):
        changed = {**ANSWER, "c1_1": "1"} if place == 0 else ANSWER
        colleague.send(
            f"{ROOM}/nhap-lan-hai", f"{ROOM}/nhap-lan-hai?so={number}", form_number=number, **changed
        )
    listed = f"{ROOM}/phieu-giay"
    head.send(f"{listed}/loai", listed, number="0020", reason="test", unit=UNIT)
    facts["second keyings that wait"] = second_keying(colleague)
    facts["sheet that is still out"] = "0030"


def keyed(officer: Browser, number: str, answer: dict[str, str]) -> Any:
    """Key one paper form in."""
    sent = officer.send(f"{ROOM}/nhap-phieu", f"{ROOM}/nhap-phieu", form_number=number, **answer)
    if sent.status_code != 303:
        raise RuntimeError(sent.text)
    return sent


def second_keying(person: Browser) -> list[str]:
    """Return the numbers that wait for a second keying by that person."""
    return re.findall(r"nhap-lan-hai\?so=(\w+)", person.ask(f"{ROOM}/nhap-lan-hai").text)


def make() -> None:
    """Write the directory and what is known of it."""
    with hold_still(), tempfile.TemporaryDirectory() as scratch:
        chance.begin("old directory")
        data = Path(scratch) / "data"
        facts = founded(data)
        office = Office(data)
        peopled(office, facts)
        papered(office, facts)
        facts["board"] = office.board()
        facts |= {
            "passwords": PASSWORD,
            "cards unspent": facts["cards"][6:],
            "cards spent": facts["cards"][:4],
        }
        facts["invitations unspent"] = facts.pop("invitations")[2:]
        del facts["cards"], facts["posters"]
        facts["rows"] = {name: len(rows) for name, rows in dump(data).items()}
        kept = Path(scratch) / "kept"
        (kept / "keys").mkdir(parents=True, mode=0o700)
        (kept / "keys" / "secret.hex").write_text(SECRET, "ascii")
        (kept / "keys" / "secret.hex").chmod(0o600)
        with contextlib.closing(sqlite3.connect(data / "hailong.sqlite3")) as old:
            old.execute("VACUUM INTO ?", (str(kept / "hailong.sqlite3"),))
        with contextlib.closing(sqlite3.connect(kept / "hailong.sqlite3")) as new:
            new.execute("PRAGMA journal_mode = wal")
        with tarfile.open(GOLDEN / "data.tar.xz", "w:xz") as packed:
            packed.add(kept, "data", filter=_nobodys)
    text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)
    (GOLDEN / "facts.json").write_text(text + "\n", "utf-8")


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def installation(data: Path) -> dict[str, Any]:
    """Upgrade and serve a copy of the directory an hour later, and change nothing."""
    with hold_still(MOMENT + HOUR):
        done("init", data=data)
        office = Office(data)
        version = office.guest().ask("/version").json or {}
        return {"ready": office.guest().ask("/readyz").status_code, "schema": version["schema"]}


def used(data: Path) -> dict[str, Any]:
    """Come back to a copy of the directory an hour later, and return what happened."""
    facts = json.loads((GOLDEN / "facts.json").read_text("utf-8"))
    with hold_still(MOMENT + HOUR):
        chance.begin("an hour later")
        office = Office(data)
        found: dict[str, Any] = {"board": office.board()}
        came_back(office, facts, found)
    return found


def came_back(office: Office, facts: dict[str, Any], found: dict[str, Any]) -> None:
    """Let a citizen, a card, a kiosk and an officer of the old days do what they come for."""
    found["poster"] = office.answers(facts["poster"])
    found["card"] = office.answers(facts["cards unspent"][0])
    found["invitation"] = office.answers(facts["invitations unspent"][0])
    found["spent card"] = office.guest().ask(facts["cards spent"][0]).status_code
    found["receipt"] = office.guest().ask(f"{facts['poster']}/r/{facts['receipt']}").status_code
    for known in facts["kiosks"]:
        number, key = known["number"], known["key"]
        name = f"kiosk {number}"
        for n in (4, 5):  # the one that was missing, and one that came before
            record: dict[str, Any] = {"number": n, "key": f"device-{number}-record-{n:04}", "fields": ANSWER}
            if (number, n) == (1, 5):
                record["code"] = facts["cards spent"][3].rpartition("/")[2]
            answer = office.device(number, key, "/kios/api/records", record)
            found[f"{name} record {n}"] = (answer.json or {}).get("state")
    officer = office.person("officer")
    found["keyed"] = keyed(officer, facts["sheet that is still out"], ANSWER).status_code
    number, page = facts["second keyings that wait"][0], f"{ROOM}/nhap-lan-hai"
    second = office.person("colleague").send(page, f"{page}?so={number}", form_number=number, **ANSWER)
    found["keyed twice"] = second.status_code
    for name in ("admin", "unit_head"):
        found[name] = office.person(name).ask(f"{ROOM}/chi-tieu").status_code


if __name__ == "__main__":
    if sys.argv[1:] == ["make"]:
        make()
    else:
        json.dump({"open": installation, "use": used}[sys.argv[1]](Path(sys.argv[2])), sys.stdout)
