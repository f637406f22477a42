"""Somebody who has every file of the data directory, and tries to tell whose answers are whose.

He knows who came after whom, what receipt each was given, and which card or letter each had. What he has are
*sightings*: where each thing that he can recognise lies in some file, or under which number the server keeps it.
Whatever was written together or one after the other he takes for one visit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import spearmanr
from sqlalchemy import text

from survey.services.accounts.actors import COMMAND_LINE
from survey.services.backup import copies
from survey.services.installation.installation import Installation
from tests.support import scene
from tests.support.postgres import PostgresServer

Sighting = Mapping[bytes, float]
TABLES = {"response": "response_key", "receipt": "receipt_key", "spent_ticket": "mark"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One citizen, in the order of coming: what the linker knows of each, and what he is after."""

    receipt: str
    mark: bytes | None  # what the card's or letter's code leaves when it is spent
    answers: bytes  # the key of the row


def sightings(
    installation: Installation, known: Sequence[bytes], folder: Path, server: PostgresServer | None
) -> Iterator[tuple[str, Sighting]]:
    """Yield where the *known* things lie, file by file: first and last, for a row may leave traces."""
    for name, data in _files(installation, folder, server):
        for way, look in (("first", data.find), ("last", data.rfind)):
            places = {thing: _place(look, thing) for thing in known}
            yield f"{name}, {way}", {thing: at for thing, at in places.items() if at >= 0}
    if not installation.database.is_sqlite:
        yield from _numbers(installation)


def _place(look: Callable[[bytes], int], thing: bytes) -> int:
    """Return where a thing lies, as it is or as the server's own tool writes it."""
    return max(look(thing), look(thing.hex().encode()))


def _files(
    installation: Installation, folder: Path, server: PostgresServer | None
) -> Iterator[tuple[str, bytes]]:
    for path in sorted(installation.config.data.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    if server is None:
        copies.back_up(installation, COMMAND_LINE, folder / "copy.sqlite3", scene.NOW)
        yield "backup", (folder / "copy.sqlite3").read_bytes()
    else:
        yield "pg_dump", server.dump(str(installation.config.database_url))


def _numbers(installation: Installation) -> Iterator[tuple[str, Sighting]]:
    """Yield what PostgreSQL tells of every row to whoever may ask: where it lies, and which transaction wrote it."""
    for number in ("(ctid::text::point)[0] * 10000 + (ctid::text::point)[1]", "xmin::text::bigint"):
        places: dict[bytes, float] = {}
        with installation.database.read() as session:
            for table, column in TABLES.items():
                rows = session.execute(text(f"SELECT {column}, {number} FROM {table}"))
                places |= {bytes(thing): float(place) for thing, place in rows}
        yield number.split("::")[0].strip("("), places


def by_order(visits: Sequence[Visit], sighting: Sighting) -> tuple[int, float]:
    """Take the rows, in the order in which they lie, for those of the visitors in the order of their coming.

    Return for how many visitors that is right, and the rank correlation of the two orders.
    """
    seen = [visit for visit in visits if visit.answers in sighting]
    if len(seen) < 2:
        return 0, 0.0
    places = [sighting[visit.answers] for visit in seen]
    if len(set(places)) == 1:  # one number for all of them says nothing
        return 0, 0.0
    lying = sorted(seen, key=lambda visit: sighting[visit.answers])
    right = max(
        sum(one is other for one, other in zip(seen, way, strict=True)) for way in (lying, lying[::-1])
    )
    return right, abs(float(spearmanr(range(len(places)), places).statistic))


def by_company(pairs: Sequence[tuple[bytes, bytes]], sighting: Sighting) -> int:
    """Take what lies at the same place among its kind for one visit; return for how many of the pairs that is right."""
    seen = [(ours, theirs) for ours, theirs in pairs if ours in sighting and theirs in sighting]
    if len({sighting[ours] for ours, _ in seen}) < 2 or len({sighting[theirs] for _, theirs in seen}) < 2:
        return 0
    ours = sorted((one for one, _ in seen), key=sighting.__getitem__)
    theirs = sorted((other for _, other in seen), key=sighting.__getitem__)
    truth = dict(seen)
    return max(
        sum(truth[one] == other for one, other in zip(ours, way, strict=True))
        for way in (theirs, theirs[::-1])
    )
