"""What both databases are told in words of their own: rows that may be there already, and how many rows were changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

Insert = sqlite.Insert | postgresql.Insert


def insert_into(session: Session, table: type[DeclarativeBase]) -> Insert:
    """Return an insertion that can say what to do where a row's key is there already."""
    maker = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return maker(table)


def insert_once(session: Session, table: type[DeclarativeBase], row: Mapping[str, Any]) -> bool:
    """Insert *row* unless its key is there; return whether it was inserted."""
    return changed(session, insert_into(session, table).on_conflict_do_nothing(), row) == 1


def changed(session: Session, statement: Executable, row: Mapping[str, Any] | None = None) -> int:
    """Carry *statement* out and return how many rows it changed."""
    # Without being asked to, the library does not read PostgreSQL's row count and reports -1 for it.
    options = {"preserve_rowcount": True}
    return session.connection().execute(statement, row, execution_options=options).rowcount
