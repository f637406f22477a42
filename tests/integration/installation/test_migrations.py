"""The migrations: numbered, one head, up and down with rows in every table, and equal to the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from survey.database.sqlite import open_sqlite
from survey.errors import Refusal
from survey.models import Schema
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns
from survey.services.collection import board_counts, decisions, door
from survey.services.installation import schema
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation, initialise, open_installation
from survey.vocabulary import Reason, Verdict
from tests.support import paper_scene, scene
from tests.support.scene import NOW, entry

FILE = re.compile(r"(\d{4})_[a-z0-9]+(_[a-z0-9]+)*\.py")
PARTED = "0011"  # from here on nothing that is stored leads from a receipt to its answers
ADDED = re.compile(r", (?=[a-z_]+ [A-Z])")


def numbers() -> list[str]:
    """The numbers of all migrations, the first one first."""
    scripts = list(ScriptDirectory.from_config(schema.settings()).walk_revisions())
    return [script.revision for script in reversed(scripts)]


@contextmanager
def connection(installation: Installation) -> Iterator[Connection]:
    with installation.database.write() as session:
        yield session.connection()


def tables(installation: Installation) -> set[str]:
    return set(inspect(installation.database.engine).get_table_names())


def fill(installation: Installation, campaign: CampaignRecord) -> None:
    scene.amended(installation, campaign)
    first = scene.account(installation, "mot@x.vn")
    door.accept(installation, entry(campaign, key="k" * 22, comment="Cảm ơn.", number="1", actor=first), NOW)
    with pytest.raises(Refusal, match="response_conflict"):
        door.accept(installation, entry(campaign, key="k" * 22, mark="1", number="1", actor=first), NOW)
    decisions.decide(installation, first, campaign, "1", Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    scene.alarmed(installation, campaign, scene.kiosk(installation, campaign))
    scene.cards(installation, campaign)
    scene.screen_code(installation, campaign)
    scene.language(installation, campaign)
    scene.invited(installation, campaign)
    paper_scene.a_row_everywhere(installation, campaign)
    board_counts.count_due(installation, NOW)
    scene.readable(installation, campaign)
    assert set(scene.counts(installation)) == set(Schema.metadata.tables)


def test_they_are_numbered_from_one_without_a_gap_and_have_one_head() -> None:
    names = [path.name for path in (schema.MIGRATIONS / "versions").glob("*.py")]
    assert all(FILE.fullmatch(name) for name in names), names
    assert sorted(name[:4] for name in names) == [f"{n:04}" for n in range(1, len(names) + 1)] == numbers()
    assert ScriptDirectory.from_config(schema.settings()).get_heads() == [numbers()[-1]]


def test_they_go_down_and_up_again_with_rows_in_every_table(
    installation: Installation, campaign: CampaignRecord
) -> None:
    """Rows stay as far down as they can be understood: to where receipts were parted from answers, for good."""
    fill(installation, campaign)
    older = [number for number in numbers() if number >= PARTED][:-1]
    for target in reversed(older):
        with connection(installation) as made:
            command.downgrade(schema.settings(made), target)
    before = scene.counts(installation)
    assert before["response"] > 0
    with pytest.raises(RuntimeError, match="the copy made before"), connection(installation) as made:
        command.downgrade(schema.settings(made), str(int(PARTED) - 1).zfill(4))
    assert scene.counts(installation) == before
    with connection(installation) as made:
        command.upgrade(schema.settings(made), "head")
    schema.require_current(installation.database)


def test_without_answers_they_go_down_to_the_ground_and_up_again(installation: Installation) -> None:
    for target in [*reversed(numbers()[:-1]), "base"]:
        with connection(installation) as made:
            command.downgrade(schema.settings(made), target)
    assert tables(installation) == {"alembic_version"}
    for target in numbers():
        with connection(installation) as made:
            command.upgrade(schema.settings(made), target)
    assert tables(installation) == {"alembic_version", *Schema.metadata.tables}
    schema.require_current(installation.database)
    campaigns.load(installation, COMMAND_LINE, scene.plan(), NOW)
    again = open_installation(installation.config)
    fill(again, again.campaigns.get(scene.CODE))
    again.close()


def test_to_initialise_again_changes_nothing(installation: Installation, campaign: CampaignRecord) -> None:
    fill(installation, campaign)
    before = scene.counts(installation)
    initialise(installation.config)
    assert scene.counts(installation) == before


def test_a_failing_migration_leaves_the_schema_as_it_was(installation: Installation) -> None:
    before = tables(installation)

    class CutOffError(Exception):
        pass

    with pytest.raises(CutOffError), connection(installation) as made:
        command.downgrade(schema.settings(made), "base")
        raise CutOffError
    assert tables(installation) == before
    schema.require_current(installation.database)


def test_alembic_finds_no_difference_to_the_models(installation: Installation) -> None:
    with installation.database.engine.connect() as made:
        context = MigrationContext.configure(
            made, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Schema.metadata) == []


def test_every_constraint_reads_as_in_the_models(installation: Installation, tmp_path: object) -> None:
    """Alembic compares no CHECK and no WITHOUT ROWID: compare what the databases themselves say.

    PostgreSQL names the rule that a column holds something by itself, and gives it another name where one is taken.
    """
    if installation.database.is_sqlite:
        made = open_sqlite(installation.config.data / "from_models.sqlite3")
        Schema.metadata.create_all(made)
        with installation.database.engine.connect() as one, made.connect() as other:
            assert _lines(one) == _lines(other)
        made.dispose()
        return
    with connection(installation) as one:
        one.execute(text("CREATE SCHEMA from_models"))
        Schema.metadata.create_all(one.execution_options(schema_translate_map={None: "from_models"}))
        assert _definitions(one, "public") == _definitions(one, "from_models")


def test_a_database_of_another_version_is_not_opened(installation: Installation) -> None:
    for number, code in (("9999", "schema_ahead"), (None, "schema_behind")):
        with connection(installation) as made:
            made.execute(text("DELETE FROM alembic_version"))
            if number is not None:
                made.execute(text("INSERT INTO alembic_version VALUES (:number)"), {"number": number})
        with pytest.raises(Refusal, match=code):
            open_installation(installation.config)
        if number is not None:
            with pytest.raises(Refusal, match=code):
                initialise(installation.config)


def _lines(made: Connection) -> dict[str, list[str]]:
    """Every table's definition as its lines, whose order says nothing; a column added later shares one at first."""
    rows = made.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    return {
        name: sorted(line.strip().rstrip(",") for line in ADDED.sub(",\n", sql).splitlines())
        for name, sql in rows
        if name in Schema.metadata.tables
    }


def _definitions(made: Connection, namespace: str) -> set[tuple[str, str, str]]:
    query = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = CAST(:namespace AS regnamespace) AND conrelid <> 0"
    )
    rows = made.execute(query, {"namespace": namespace}).all()
    plain = {tuple(part.replace("from_models.", "") for part in row) for row in rows}
    return {
        (table, "" if rule.startswith("NOT NULL") else name, rule)
        for table, name, rule in plain
        if table != "alembic_version"
    }
