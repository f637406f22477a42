"""Every text that a further language needs, by its place in ``words.toml``, with the Vietnamese it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from forms.questionnaire import Question, Questionnaire
from forms.texts import page_texts

QUESTIONNAIRE = "questionnaire"
Entries = Mapping[str, str]
# What only the staff at a kiosk reads stays Vietnamese.
_STAFF = re.compile(
    r"kiosk\.(pin_|fact_|why_|staff|send_now|sent_|save|full_screen|exit|to_kiosk|cancel|again"
    r"|broken_code|waiting|all_sent|place|no_script|by_phone|phone_(code|match|exit|enrol|old|no_)|other_number"
    r"|show_codes|nothing_waits|codes_|storage_)"
)


def entries(q: Questionnaire) -> Entries:
    """Return the Vietnamese text of every entry, pages first, in the order of the template."""
    return {**dict(_pages()), **dict(of_questionnaire(q))}


def _pages() -> Iterator[tuple[str, str]]:
    return ((path, text) for path, text in flat(page_texts("vi")) if not _STAFF.match(path))


def flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of nested tables by its dotted path."""
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from flat(value, name)
        else:
            yield name, value


def of_questionnaire(q: Questionnaire) -> Iterator[tuple[str, str]]:
    """Yield the Vietnamese texts of a questionnaire, sensitive questions too, by their paths."""
    root = QUESTIONNAIRE
    yield f"{root}.title", q.text("vi")
    yield f"{root}.no_opinion", q.no_opinion.text("vi")
    yield f"{root}.declined", q.declined.text("vi")
    yield f"{root}.overall", q.overall.text("vi")
    yield f"{root}.comment", q.comment.text("vi")
    yield from ((f"{root}.levels.{level.value}", level.text("vi")) for level in q.levels)
    yield from ((f"{root}.parts.{part.id}", part.text("vi")) for part in q.parts)
    yield from ((f"{root}.criteria.{criterion.id}", criterion.text("vi")) for criterion in q.criteria)
    yield from ((f"{root}.items.{item.field}", item.text("vi")) for item in q.items)
    for question in q.offered:
        yield from _of_question(question)


def _of_question(question: Question) -> Iterator[tuple[str, str]]:
    root = f"{QUESTIONNAIRE}.profile.{question.id}"
    yield f"{root}.text", question.text("vi")
    yield from ((f"{root}.{option.value}", option.text("vi")) for option in question.options)


def clip_keys(q: Questionnaire) -> frozenset[str]:
    """Return every name that a recording may have.

    A question is named by its field, a criterion by its id, a level ``level.1`` to ``level.5``, an option by
    its question's field and value, ``p_who.a``; any other sentence by its path in the template.
    """
    options = {f"{each.field}.{option.value}" for each in q.offered for option in each.options}
    return frozenset(
        {
            *("overall", "comment", "no_opinion", "declined", "title"),
            *(f"level.{level.value}" for level in q.levels),
            *(f"part.{part.id}" for part in q.parts),
            *(criterion.id for criterion in q.criteria),
            *(item.field for item in q.items),
            *(question.field for question in q.offered),
            *options,
            *(path for path, _text in _pages()),
        }
    )
