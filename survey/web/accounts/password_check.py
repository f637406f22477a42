"""The account's password asked again by a page of ours, where more leaves than an open session may have."""

from __future__ import annotations

from flask_login import current_user
from flask_security import verify_password

from survey.errors import Refusal
from survey.extensions import security


def require_password(password: str) -> None:
    """Refuse whoever does not know the password of the account that is signed in.

    The view that asks must be limited: it is a place where passwords could be tried one after the other.

    Raises:
        Refusal: ``password_wrong``.
    """
    plain = security.password_util.normalize(password)
    if not plain or not verify_password(plain, current_user.password):
        raise Refusal("password_wrong")
