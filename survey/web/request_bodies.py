"""How much a request may carry: little, but for the routes that take files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., object])
FIELDS = 1024 * 1024
ATTRIBUTE = "hailong_largest_body"


def takes_up_to(most: int) -> Callable[[View], View]:
    """Declare that the view takes bodies of up to *most* bytes."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, most)
        return view

    return mark


def largest(default: int) -> int:
    """Return how many bytes the present request may carry, and let the route read as many."""
    view = current_app.view_functions.get(request.endpoint or "")
    most: int = getattr(view, ATTRIBUTE, default)
    if most != default:
        request.max_content_length = most
        # The parser holds a piece of a file beside the fields before it; without room it gives up.
        request.max_form_memory_size = FIELDS
    return most
