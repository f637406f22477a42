"""Every route declares who may call it; start-up refuses one that does not, and a request is denied by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import logout_user

from survey.errors import Refusal
from survey.services.accounts.accounts import actor_of
from survey.services.accounts.actors import Actor
from survey.vocabulary import Role

View = TypeVar("View", bound=Callable[..., object])
ATTRIBUTE = "hailong_access"

PUBLIC: frozenset[Role] = frozenset()
ANY_ROLE: frozenset[Role] = frozenset(Role)

# The routes that libraries bring along, by endpoint.
OF_LIBRARIES: Mapping[str, frozenset[Role]] = {
    "static": PUBLIC,
    "security.login": PUBLIC,
    "security.logout": ANY_ROLE,
    "security.change_password": ANY_ROLE,
    "security.verify": ANY_ROLE,
    "security.forgot_password": PUBLIC,
    "security.reset_password": PUBLIC,
}


def allow(*roles: Role) -> Callable[[View], View]:
    """Declare that the accounts of these roles may call the view."""
    if not roles:
        raise ValueError("a view that everybody may call is declared public")
    return _declare(frozenset(roles))


def public(view: View) -> View:
    """Declare that anybody may call the view without signing in."""
    return _declare(PUBLIC)(view)


def declared(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """Return the roles that may call *endpoint* (empty: everybody), or None where nothing is declared."""
    if endpoint in OF_LIBRARIES:
        return OF_LIBRARIES[endpoint]
    roles: frozenset[Role] | None = getattr(app.view_functions[endpoint], ATTRIBUTE, None)
    return roles


def require_declarations(app: Flask) -> None:
    """Refuse to start while a route does not say who may call it.

    Raises:
        LookupError: naming every such route.
    """
    silent = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None}
    )
    if silent:
        raise LookupError(f"routes that declare no access: {', '.join(silent)}")


def guard() -> ResponseReturnValue | None:
    """Let a request pass to its view, send it to sign in, or refuse it. Runs before every request."""
    if request.endpoint is None:
        return None  # no such address: the error page says so
    roles = declared(current_app, request.endpoint)
    if roles is None:
        raise Refusal("route_undeclared")
    if not roles:
        return None
    if not current_user.is_authenticated:
        wanted = request.full_path if request.method == "GET" else None
        return redirect(url_for("security.login", next=wanted))
    if not current_user.active:
        logout_user()
        raise Refusal("account_closed")
    g.actor = actor_of(current_user)
    if g.actor.role not in roles:
        raise Refusal("role_out_of_reach")
    return None


def actor() -> Actor:
    """Return who acts in this request. Only views that are not public may ask."""
    acting: Actor = g.actor
    return acting


def _declare(roles: frozenset[Role]) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, roles)
        return view

    return mark
