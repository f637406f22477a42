"""A first visit: how many requests and bytes, and what a page costs beside radios drawn by WTForms widgets."""

from __future__ import annotations

import gzip
import http.client
import secrets
import statistics
import time
from collections.abc import Callable

from wtforms import Form, RadioField, TextAreaField

from bench.serving import running
from forms.prepared_page import PreparedPage, slot
from forms.questionnaire import Questionnaire, load_questionnaire

ROUNDS = 7


def main() -> None:
    """Print the bytes of a first visit and the ratio of the two ways to draw the radios."""
    with running("product") as product:
        connection = http.client.HTTPConnection(product.host, product.port, timeout=30)
        connection.request("GET", product.path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        packed = answer.read()
        page = gzip.decompress(packed).decode()
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + len(
            "HTTP/1.1 200 OK\r\n\r\n"
        )
    print(f"requests: 1; body {len(packed)} bytes packed, {len(page.encode())} raw; headers {head}; ", end="")
    print(f"on the wire {len(packed) + head} bytes")
    questionnaire = load_questionnaire("bhxh-2024@1")
    prepared = PreparedPage(page.replace(_key(page), slot("key")))
    widgets = _widgets(questionnaire)
    pairs = [
        (_seconds(lambda: prepared.fill(key=secrets.token_urlsafe(16)), 500), _seconds(widgets, 5))
        for _ in range(ROUNDS)
    ]
    ratio = statistics.median(slow / quick for quick, slow in pairs)
    quick, slow = (1e6 * statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"prepared page {quick:.0f} µs, WTForms widgets {slow:.0f} µs (radios only, uncompressed): ratio {ratio:.0f}"
    )


def _key(page: str) -> str:
    return page.rpartition('name=key value="')[2].partition('"')[0]


def _widgets(questionnaire: Questionnaire) -> Callable[[], object]:
    """Return how a form of one RadioField per item is drawn, as the widget of the library does it."""
    levels = [(str(level.value), level.text("vi")) for level in questionnaire.levels]
    choices = [*levels, ("0", questionnaire.no_opinion.text("vi"))]
    fields = {
        item.field: RadioField(item.text("vi"), choices=choices)
        for item in (*questionnaire.items, questionnaire.overall)
    }
    made = type("Widgets", (Form,), {**fields, "comment": TextAreaField("comment")})
    return lambda: "".join(str(field()) for field in made())


def _seconds(work: Callable[[], object], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times


if __name__ == "__main__":
    main()
