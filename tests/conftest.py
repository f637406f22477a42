"""Fixtures for all tests; each kind has a file of its own."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A property holds or not, however busy the machine is that looks for a counterexample.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

pytest_plugins = ["tests.support.postgres", "tests.support.browser"]
