"""A mail server for the tests of the line to one."""

from __future__ import annotations

from tests.support.mail import certificate, post, secure_post

__all__ = ["certificate", "post", "secure_post"]
