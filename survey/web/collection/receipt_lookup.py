"""Where anybody can ask whether a form came in, by the code of its receipt. No cookie, no script.

The code is posted, so that it stands in no address and in no proxy's log. What is answered is that a form came in and
for which unit, never whether it counts: the service does not know which answers the code was given for.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from survey.extensions import limiter
from survey.services.collection import receipts
from survey.services.collection.receipts import FoundReceipt
from survey.web.access import public
from survey.web.app_context import current_installation
from survey.web.collection import citizen_page

pages = Blueprint("receipt_lookup", __name__)

LONGEST_TYPED = 40
LIMIT = "20 per minute"  # from one address, behind which a whole office may sit


@pages.get("/bien-nhan")
@public
def ask() -> ResponseReturnValue:
    """Ask for the code of a receipt."""
    return _page(200)


@pages.post("/bien-nhan")
@public
@limiter.limit(LIMIT)
def look_up() -> ResponseReturnValue:
    """Say for which unit the code was given out, or that it was not; the same work is done for either."""
    typed = request.form.get("ma", "")[:LONGEST_TYPED]
    return _page(200, asked=True, found=receipts.find(current_installation(), typed))


@pages.errorhandler(TooManyRequests)
def wait(error: TooManyRequests) -> ResponseReturnValue:
    """Ask for a little patience."""
    answer = _page(429, many=True)
    answer.headers.extend(
        header for header in error.get_headers(request.environ) if header[0] == "Retry-After"
    )
    return answer


def _page(
    status: int, *, asked: bool = False, found: FoundReceipt | None = None, many: bool = False
) -> Response:
    lang = citizen_page.language()
    shown = render_template(
        "citizen/lookup.html",
        asked=asked,
        found=found,
        many=many,
        rehearsal=found is not None and found.rehearsal,
        lang_links=citizen_page.other_languages(None, lang),
        **citizen_page.frame(None, lang),
    )
    return citizen_page.sent(shown.encode(), status, caching="no-store")
