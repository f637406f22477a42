"""Alembic's entry: runs the numbered migrations on the connection that ``survey.services.installation.schema`` gives."""

from __future__ import annotations

from alembic import context

from survey.models import Schema

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Schema.metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
