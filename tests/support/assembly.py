"""What makes applications cheap here: assembled and their templates compiled once, passwords hashed quickly.

Hashing is slow on purpose, a sixth of a second of both cores for every sign-in; ``test_sign_in.py`` holds what
the product spends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from types import CodeType

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from survey.services.installation.installation import Installation
from survey.web.app_context import NAME
from survey.web.application import SurveyApplication, assemble

QUICK = {"argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
_idle: defaultdict[Hashable, list[Flask]] = defaultdict(list)


class CompiledTemplates(BytecodeCache):
    """The templates that an application of this process has compiled already."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give *bucket* the code of a template with the same name and text."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of *bucket*."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def cheap_assembly() -> Iterator[None]:
    """Let every application of this run share its compiled templates and hash quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SurveyApplication, "jinja_options", {"bytecode_cache": CompiledTemplates()})
        settings = {**Flask.default_config, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": QUICK}
        patch.setattr(SurveyApplication, "default_config", settings)
        yield


@contextmanager
def lent(installation: Installation) -> Iterator[Flask]:
    """An application that serves *installation* for as long, and others with the same keys and settings after it.

    Its settings are put back; who gives it more than other settings (a route, a middleware) assembles one.
    """
    config = installation.config
    idle = _idle[installation.keys, config.https, config.mail is None, config.proxies]
    app = idle.pop() if idle else assemble(installation)
    app.extensions[NAME] = installation
    settings = dict(app.config)
    yield app
    app.config.clear()
    app.config.update(settings)
    idle.append(app)
