"""The texts of the paper form, one table per language, from ``texts.toml``; and those of one batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forms.text_tables import TextTable, read_texts, texts_in

_SOURCE = Path(__file__).with_name("texts.toml")


def paper_texts(lang: str) -> TextTable:
    """Return the texts of a language; Vietnamese for an unknown one."""
    return texts_in(lang, _SOURCE)


def paper_languages() -> tuple[str, ...]:
    """Return the languages that the paper form speaks, the default one first."""
    return tuple(read_texts(_SOURCE))


@dataclass(frozen=True, slots=True)
class BatchTexts:
    """The texts of one batch: the form's in its language by their names, and what differs from office to office."""

    lang: str
    form: TextTable
    governing_body: str
    agency: str
    title: str
    subtitle: str
    unit_name: str
    stamp_diameter: float | None = None  # of a printed stamp in mm; None: a ring shows where the stamp goes

    def __getitem__(self, name: str) -> str:
        """Return a text of the form."""
        text: str = self.form[name]
        return text
