"""What somebody learns who has the whole database, or every log, and knows who came when."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from scipy.stats import spearmanr
from sqlalchemy import LargeBinary, select

from survey.config import Config
from survey.models import BodyCheck, LedgerLeaf, Receipt, Response, Schema, SetAside
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import csv_transfer, door
from survey.services.collection.arrival_order import erase_arrival_order
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from tests.support import scene
from tests.support.scene import NOW, entry

ROOT = Path(__file__).parents[3]
VISITS = 300
LITTLE = 0.3  # five standard errors of a rank correlation of 300 independent pairs
# Every column of what citizens send. A new one must be argued for here: does it help to find out who wrote?
COLUMNS = {
    "response": {
        "campaign_id",
        "unit_id",
        "response_key",
        "entry_state",
        "channel",
        "local_day",
        "half_day",
        "marks",
        "profile",
    },
    "comment": {"campaign_id", "unit_id", "response_key", "text"},
    "set_aside": {
        "campaign_id",
        "unit_id",
        "aside_key",
        "channel",
        "local_day",
        "half_day",
        "marks",
        "profile",
        "comment",
    },
    "ledger_leaf": {"campaign_id", "leaf"},
    "receipt": {"campaign_id", "receipt_key", "unit_id"},
    "body_check": {"campaign_id", "receipt_key", "body_mac", "entry_state"},
    "spent_ticket": {"campaign_id", "mark", "ended"},
}


@pytest.mark.parametrize("table", list(COLUMNS))
def test_no_column_holds_a_time_an_address_a_browser_or_an_order(table: str) -> None:
    found = Schema.metadata.tables[table]
    assert {column.name for column in found.c} == COLUMNS[table]
    for column in found.c:
        assert column.type.python_type is not dt.datetime
        assert column.autoincrement is not True
        assert column.default is None
        assert column.server_default is None
    key = [column for column in found.primary_key if column.name not in {"campaign_id", "unit_id"}]
    assert key
    assert all(isinstance(column.type, LargeBinary) for column in key)
    assert not found.indexes, "an index of its own could keep the order of coming"


def arrivals(installation: Installation, campaign: CampaignRecord) -> list[bytes]:
    """Let citizens of one unit come one after the other; return their keys in the order of coming."""
    return [scene.arrival(installation, entry(campaign, mark="12345"[n % 5])) for n in range(VISITS)]


def independent(found: Sequence[bytes], came: Sequence[bytes]) -> bool:
    """Whether the order in which rows are found tells nothing of the order of coming."""
    order = [found.index(key) for key in came]
    return abs(float(spearmanr(range(len(order)), order).statistic)) < LITTLE


def test_rows_are_found_in_an_order_that_tells_nothing(
    installation: Installation, campaign: CampaignRecord
) -> None:
    came = arrivals(installation, campaign)
    if installation.database.is_sqlite:
        # The table is its own index: rows lie in the order of the keyed hashes, and have no number.
        query = "SELECT response_key FROM response"
        with installation.database.read() as session, pytest.raises(Exception, match="no such column"):
            session.connection().exec_driver_sql("SELECT rowid FROM response")
    else:
        erase_arrival_order(installation)  # a heap keeps the order of coming until it is rewritten
        query = "SELECT response_key FROM response ORDER BY ctid"
    with installation.database.read() as session:
        rows = [bytes(key) for key in session.connection().exec_driver_sql(query).scalars()]
    assert rows == sorted(rows)
    assert independent(rows, came)


def test_a_rewritten_file_tells_nothing_within_its_pages_either(embedded: Installation) -> None:
    """A page is filled from its end, so in a young one the later row lies before the earlier one."""
    campaign, path = embedded.campaigns.get(scene.CODE), embedded.config.sqlite_path
    came = [scene.arrival(embedded, entry(campaign)) for _ in range(12)]

    def lying() -> list[bytes]:
        data = path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()
        return sorted(came, key=data.rindex)

    assert lying() == came[::-1], "this is the danger"
    erase_arrival_order(embedded)
    assert lying() in (sorted(came), sorted(came, reverse=True))
    assert not path.with_name(f"{path.name}-wal").read_bytes(), "the log of what came when is empty"
    assert door.accept(embedded, entry(campaign), NOW).state == "valid", "the service goes on"


def test_leaves_and_exports_are_in_an_order_that_tells_nothing(
    installation: Installation, campaign: CampaignRecord
) -> None:
    came = arrivals(installation, campaign)
    lines = list(csv_transfer.export_csv(installation, COMMAND_LINE, campaign, NOW))[1:]
    assert independent([bytes.fromhex(line[:32]) for line in lines], came)
    with installation.database.read() as session:
        leaves = session.scalars(
            select(LedgerLeaf.leaf).order_by(LedgerLeaf.campaign_id, LedgerLeaf.leaf)
        ).all()
        rows = {row.response_key: row for row in session.scalars(select(Response))}
    assert len(leaves) == len(rows) == VISITS


def test_keys_tell_nothing_of_each_other(installation: Installation, campaign: CampaignRecord) -> None:
    came = arrivals(installation, campaign)
    assert len(set(came)) == VISITS
    assert (
        abs(float(spearmanr(range(VISITS), [int.from_bytes(key, "big") >> 64 for key in came]).statistic))
        < 0.2
    )


def test_what_was_sent_cannot_be_tested_against_what_is_kept(
    installation: Installation, campaign: CampaignRecord
) -> None:
    """The same answers of two people, or of one person twice, look different in every column of a hash."""
    for _ in range(2):
        door.accept(installation, entry(campaign, comment="Như nhau."), NOW)
    with installation.database.read() as session:
        one, other = session.scalars(select(Response)).all()
        first, second = session.scalars(select(LedgerLeaf.leaf)).all()
    assert one.marks == other.marks
    assert one.response_key != other.response_key
    assert first != second


def test_the_pages_key_is_kept_nowhere(installation: Installation, campaign: CampaignRecord) -> None:
    """Whoever finds a page in a browser's memory cannot find its row without the installation's secret."""
    key = "chìa-khóa-của-một-trang"
    receipt = door.accept(installation, entry(campaign, key=key, comment="Cảm ơn."), NOW).receipt
    with pytest.raises(Exception, match="response_conflict"):
        door.accept(installation, entry(campaign, key=key, comment="Khác."), NOW)
    with installation.database.read() as session:
        everything = repr(
            [
                session.execute(select(table.__table__)).all()
                for table in (Response, SetAside, LedgerLeaf, Receipt, BodyCheck)
            ]
        )
    for secret in (
        key,
        key.encode().hex(),
        receipt,
        receipt.replace("-", ""),
        installation.keys.response.hex(),
    ):
        assert secret not in everything


SERVED = """
import logging, sys, urllib.parse, urllib.request
from pathlib import Path
from survey import clock, server
from survey.config import Config
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import door
from survey.services.counter import links
from survey.services.installation.installation import open_installation
from survey.web.application import assemble
from tests.support import scene
clock.now = lambda: scene.NOW
opened = open_installation(Config(data=Path(sys.argv[1]), database_url=sys.argv[2] or None))
app = assemble(opened)
logging.getLogger().setLevel(logging.DEBUG)
url = links.of_campaign(opened, COMMAND_LINE, opened.campaigns.get(scene.CODE))[0].url
def post(client, comment, **more):
    fields = {"key": "khóa-của-trang-thử", "c1_1": "2", "comment": comment, **more}
    return client.post(url.removeprefix("http://127.0.0.1:8000"), data=fields,
                       headers={"User-Agent": "Máy-của-bà-Tư"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
client = app.test_client()
answers = [post(client, "Bí mật một."), post(client, "Bí mật hai."), post(client, "Bí mật ba.", c1_1="9")]
# The database fails in the middle, with a message that quotes the row; then the program itself does.
from sqlalchemy import event
def fail(*_):
    raise ValueError("Failing row contains (Bí mật bốn, 203.0.113.7)")
event.listen(opened.database.engine, "before_cursor_execute", fail)
answers.append(post(client, "Bí mật bốn.", key="khóa-của-trang-khác"))
event.remove(opened.database.engine, "before_cursor_execute", fail)
opened.database.engine.echo = False
from survey.models import Response
long = door._row
def wrong(entry, now):
    return long(entry, now) | {"half_day": "xx"}
door._row = wrong
answers.append(post(client, "Bí mật năm.", key="khóa-của-trang-thứ-ba"))
logging.getLogger("waitress").error("Exception while serving", exc_info=ValueError("Bí mật sáu"))
print([answer.status_code for answer in answers], file=sys.stdout)
opened.close()
"""


def test_no_log_holds_an_answer_an_address_or_a_browser(config: Config) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVED, str(config.data), config.database_url or ""],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.decode().strip() == "[303, 409, 422, 500, 500]", done.stderr.decode()[-3000:]
    log = done.stderr.decode()
    assert log.count('"event": "defect"') == 2
    assert "IntegrityError" in log
    assert "Exception while serving" in log
    secrets = ("Bí mật", "B\\u00ed", "203.0.113", "bà-Tư", "khóa-của", "Failing row", "222222", "2----")
    assert [secret for secret in secrets if secret in log] == []
    assert not re.search(r"/k/\S", log)
