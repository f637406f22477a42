"""What all forms of a batch share: drawn once a page, as a PDF form that every sheet refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.layout import (
    BODY_BOTTOM,
    BOTTOM,
    CODE,
    LEFT,
    MARK,
    MARK_POSITIONS,
    NUMBER_WIDTH,
    PITCH,
    RIGHT,
    TEXT_GAP,
    FormLayout,
    FormRow,
    code_positions,
    column,
)
from forms.paper import codes as code_runs
from forms.paper.heading import draw_heading, draw_intro
from forms.paper.pen import Pen, Type
from forms.paper.texts import BatchTexts
from forms.questionnaire import Item, Question, Questionnaire

_RULE_GREY = 0.45


@dataclass(frozen=True, slots=True)
class Furniture:
    """Draws the constant part of a layout's pages in one language."""

    q: Questionnaire
    layout: FormLayout
    texts: BatchTexts
    pen: Pen

    def draw(self, page: int) -> None:
        """Draw everything on a page but its serial and its codes."""
        if page == 1:
            draw_heading(self.pen, self.texts)
            draw_intro(self.pen, self.texts, self.layout.edition)
        else:
            self._running_title()
        for number, (x, y) in self.layout.marks(page).items():
            self.pen.code(code_runs.mark(number), x, y, MARK)
        for row in self.layout.rows:
            if row.page == page:
                self._row(row)
        for box in self.layout.on(page):
            self.pen.rectangle(box.x, box.y, box.side, box.side)
        self._footer(page)

    def _row(self, row: FormRow) -> None:
        draw = {
            "levels": self._levels,
            "part": self._heading,
            "heading": self._heading,
            "item": self._item,
            "overall": self._item,
            "profile": self._profile,
            "question": self._question,
            "comment": self._comment,
        }
        draw[row.kind](row)

    def _running_title(self) -> None:
        x, width = self._beside_code
        self.pen.text(x, 20.0, self.texts.title, Type(self.pen.faces.serif_bold, 11), width=width)

    @property
    def _beside_code(self) -> tuple[float, float]:
        """Return where text may stand between the code and the mark at the top of a later page."""
        x = code_positions(2)[0][0] + CODE + 4
        return x, MARK_POSITIONS[1][0] - 4 - x

    def _levels(self, row: FormRow) -> None:
        faces, edition = self.pen.faces, self.layout.edition
        x = LEFT if row.page == 1 else self._beside_code[0]
        left = self._boxes_left - 2
        kind = Type(faces.sans_bold, edition.type_size, edition.leading)
        self.pen.paragraph(x, row.y, left - x, row.height - 1, self.texts["question"], kind)
        levels = [
            *((str(each.value), each.text(self.texts.lang)) for each in self.q.levels),
            ("", self._no_opinion),
        ]
        for index, (digit, label) in enumerate(levels):
            middle = column(len(levels), index)
            head = row.height * 0.33 if digit else 0.0
            if digit:
                kind = Type(faces.sans_bold, edition.type_size + 1)
                self.pen.text(middle, row.y + head - 0.6, digit, kind, "middle")
            kind = Type(faces.sans, edition.type_size * 0.74, edition.type_size * 0.27)
            room = row.height - head - 0.6
            self.pen.paragraph(
                middle - PITCH / 2 + 0.7,
                row.y + head,
                PITCH - 1.4,
                room,
                label,
                kind,
                "middle",
                from_top=bool(digit),
            )
        self._rule(row.y + row.height, 0.3, 0.0)

    @property
    def _no_opinion(self) -> str:
        return self.q.no_opinion.text(self.texts.lang)

    @property
    def _boxes_left(self) -> float:
        return column(len(self.q.levels) + 1, 0) - PITCH / 2

    def _rule(self, y: float, width: float = 0.15, grey: float = _RULE_GREY) -> None:
        self.pen.line(LEFT, y, RIGHT, y, width, grey)

    def _heading(self, row: FormRow) -> None:
        edition = self.layout.edition
        text = row.of.text(self.texts.lang) if row.of else ""
        shown = text.upper() if row.kind == "part" else text
        kind = Type(self.pen.faces.sans_bold, edition.type_size, edition.leading)
        self.pen.paragraph(LEFT, row.y + 0.8, RIGHT - LEFT, row.height - 0.8, shown, kind)

    def _item(self, row: FormRow) -> None:
        edition, faces = self.layout.edition, self.pen.faces
        face = faces.sans_bold if row.kind == "overall" else faces.sans
        kind = Type(face, edition.type_size, edition.leading)
        x, width = LEFT + NUMBER_WIDTH, self._boxes_left - LEFT - NUMBER_WIDTH - 1
        self.pen.paragraph(LEFT, row.y, NUMBER_WIDTH - 1.5, row.height, f"{row.number}", kind, "right")
        if isinstance(row.of, Item):
            self.pen.paragraph(x, row.y, width, row.height, row.of.text(self.texts.lang), kind)
        self._rule(row.y)
        self._rule(row.y + row.height)

    def _profile(self, row: FormRow) -> None:
        kind = Type(self.pen.faces.sans_bold, self.layout.edition.type_size, self.layout.edition.leading)
        self.pen.paragraph(LEFT, row.y + 0.8, RIGHT - LEFT, row.height - 0.8, self.texts["profile"], kind)

    def _question(self, row: FormRow) -> None:
        if not isinstance(row.of, Question):
            return
        edition, question = self.layout.edition, row.of
        is_above = edition.question_line > 0
        width = RIGHT - LEFT if is_above else edition.option_left - LEFT - 4
        height = edition.question_line if is_above else edition.option_row
        kind = Type(self.pen.faces.sans, edition.type_size, edition.leading)
        self.pen.paragraph(LEFT, row.y + 0.4, width, height, question.text(self.texts.lang), kind)
        labels = self._labels(question)
        across = (RIGHT - edition.option_left) / edition.option_columns
        small = Type(self.pen.faces.sans, edition.type_size * 0.92, edition.leading * 0.92)
        for box in self.layout.on(row.page):
            if box.q == question.field:
                x = box.x + box.side + TEXT_GAP
                room = across - box.side - TEXT_GAP - 1.5
                self.pen.paragraph(x, box.y - 1, room, box.side + 2, labels[box.opt], small)
        self.pen.line(LEFT, row.y, RIGHT, row.y, 0.15, _RULE_GREY)

    def _labels(self, question: Question) -> Mapping[str, str]:
        lang = self.texts.lang
        named = {option.value: option.text(lang) for option in question.options}
        return {**named, ".": self.q.declined.text(lang)}

    def _comment(self, row: FormRow) -> None:
        edition, faces = self.layout.edition, self.pen.faces
        top = row.y + edition.heading
        kind = Type(faces.sans_bold, edition.type_size, edition.leading)
        text = self.q.comment.text(self.texts.lang)
        end = LEFT + self.pen.text(LEFT, top - 1.6, text, kind, width=RIGHT - LEFT)
        note = Type(faces.serif_italic, edition.type_size * 0.85)
        self.pen.text(end + 3, top - 1.6, self.texts["comment_note"], note, width=RIGHT - end - 3)
        if box := self.layout.comment_box(row.page):
            self.pen.rectangle(*box, 0.25)

    def _footer(self, page: int) -> None:
        faces = self.pen.faces
        x, width = footer_position(page)
        self.pen.line(x, BODY_BOTTOM + 2.5, x + width, BODY_BOTTOM + 2.5, 0.15, _RULE_GREY)
        last = page == self.layout.pages
        kind = Type(faces.sans_bold, min(self.layout.edition.type_size, 14))
        self.pen.text(x, BOTTOM - 12.5, self.texts["finish" if last else "turn"], kind, width=width)
        note = f"{self.texts['page'].format(page=page, pages=self.layout.pages)}   {self.texts.unit_name}"
        self.pen.text(x, BOTTOM - 0.6, note, Type(faces.serif, 10), width=width)


def footer_position(page: int) -> tuple[float, float]:
    """Return the left edge and the width of the footer's text, beside the code and the marks."""
    code_x = code_positions(page)[1][0]
    if code_x < LEFT + 60:
        left, right = code_x + CODE + 4, RIGHT - MARK - 4
    else:
        left, right = LEFT + MARK + 4, code_x - 4
    return left, right - left
