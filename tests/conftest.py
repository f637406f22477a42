"""Fixtures for all tests; each kind has a file of its own."""

from __future__ import annotations

pytest_plugins = ["tests.support.postgres", "tests.support.browser"]
