"""Where everything stands on the paper form, in millimetres: printed from here and read with the same.

The origin is a page's top left corner and y runs downwards. Nothing depends on a font: the height of a row
follows from the number of letters, so that a machine with other fonts reads what another one printed.
A form carries the fingerprint of its layout inside its proof (``forms.paper.form_proof``); after a change here,
sheets printed before are refused, never misread.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from forms.answers import DECLINED, NO_OPINION
from forms.faults import FaultyInstrument, InstrumentFault
from forms.languages.known import BUNDLED
from forms.questionnaire import Criterion, Item, MultilingualText, Question, Questionnaire

# --- The sheet ---------------------------------------------------------------------------------------------
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
MARGIN = (
    15.0  # printers leave 5 mm blind, feeders skew and crop the rest: nothing to be read lies further out
)
LEFT, RIGHT, BOTTOM = MARGIN, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - MARGIN

# --- What a machine looks for -------------------------------------------------------------------------------
MARK = 8.0  # side of an ArUco mark with its black border: 1.33 mm a cell
MARK_POSITIONS = (
    (LEFT, MARGIN),
    (RIGHT - MARK, MARGIN),
    (RIGHT - MARK, BOTTOM - MARK),
    (LEFT, BOTTOM - MARK),
)
CODE = 20.0  # side of a QR code without its quiet zone: 0.6 mm a module in version 4
CODE_QUIET = 2.5  # kept white around a code: four modules
FIRST_PAGE_CODES = ((RIGHT - CODE, 27.0), (LEFT + 12, BOTTOM - CODE))
LATER_PAGE_CODES = ((LEFT + 12, MARGIN), (RIGHT - CODE - 12, BOTTOM - CODE))

# --- What stamps may cover: nothing to be read comes here -----------------------------------------------------
STAMP_ZONE = (25.0, 14.5, 38.0, 38.0)  # dấu treo: x, y, width, height, over the start of the agency's name
EDGE_ZONE = (190.0, 128.5, 20.0, 40.0)  # dấu giáp lai: middle of the right edge, on every page

# --- The table of items -------------------------------------------------------------------------------------
PITCH = 14.0  # between the middles of two boxes of a row: an old hand's cross stays in its own box
LAST_COLUMN = 186.0  # middle of the rightmost box: its edge stays left of the edge zone
FIRST_TOP = 52.0  # where the introduction begins on page 1, below the title and beside the code
LATER_TOP = 25.0  # where the row of levels begins on the other pages, beside the code
BODY_BOTTOM = BOTTOM - CODE - 2.5
NUMBER_WIDTH = 7.0  # the running number before a statement
TEXT_GAP = 2.6  # between a box and the text beside it: more than CROP reaches
LEAST_COMMENT, MOST_COMMENT = 17.0, 95.0  # height of the comment box
OUTLINE = 0.35  # width of a box's line


@dataclass(frozen=True, slots=True)
class Edition:
    """The sizes of one edition, in mm; type sizes in points."""

    name: str
    first_mark: int  # marks of page p: first_mark + 4 * (p - 1) + corner; the editions share none
    most_pages: int
    type_size: float
    leading: float
    box: float
    row: float  # least height of a row
    heading: float
    intro: float
    levels: float  # the row that names the levels
    letters: int  # of a statement in one line
    option_columns: int
    option_left: float
    option_row: float
    question_line: float  # height of a line of its own for the question; 0: it stands left of its options


STANDARD = Edition("standard", 0, 4, 11.5, 4.2, 5.5, 8.8, 6.2, 19.4, 13.4, 46, 3, 70.0, 7.6, 0.0)
LARGE = Edition("large", 16, 8, 16.0, 6.3, 7.0, 13.6, 9.5, 48.0, 18.0, 34, 2, LEFT + 2, 11.5, 8.5)
EDITIONS = {each.name: each for each in (STANDARD, LARGE)}


@dataclass(frozen=True, slots=True)
class Box:
    """One box to be ticked: the answer it stands for and its place."""

    q: str
    opt: str
    page: int
    x: float
    y: float
    side: float

    @property
    def id(self) -> str:
        """Return a name that no other box of the form has."""
        return f"{self.q}.{self.opt}"

    @property
    def middle(self) -> tuple[float, float]:
        """Return the middle of the box."""
        return self.x + self.side / 2, self.y + self.side / 2


@dataclass(frozen=True, slots=True)
class FormRow:
    """A strip of a page that shows one thing.

    ``kind`` is ``levels``, ``part``, ``heading``, ``item``, ``overall``, ``profile``, ``question`` or
    ``comment``.
    """

    kind: str
    page: int
    y: float
    height: float
    of: MultilingualText | None = None
    number: int = 0


@dataclass(frozen=True)
class FormLayout:
    """Every row and every box of one edition of a questionnaire."""

    questionnaire: str
    edition: Edition
    pages: int
    rows: tuple[FormRow, ...] = field(repr=False)
    boxes: tuple[Box, ...] = field(repr=False)

    def on(self, page: int) -> tuple[Box, ...]:
        """Return the boxes of a page in the order of reading."""
        return tuple(box for box in self.boxes if box.page == page)

    def marks(self, page: int) -> dict[int, tuple[float, float]]:
        """Return the top left corner of each mark of a page by its id."""
        first = self.edition.first_mark + 4 * (page - 1)
        return {first + corner: position for corner, position in enumerate(MARK_POSITIONS)}

    def comment_box(self, page: int) -> tuple[float, float, float, float] | None:
        """Return x, y, width and height of the box for free writing, or None on a page without it."""
        row = self.rows[-1]
        if row.page != page or row.kind != "comment":
            return None
        top = row.y + self.edition.heading
        return LEFT, top, EDGE_ZONE[0] - 1 - LEFT, row.y + row.height - top

    @cached_property
    def fingerprint(self) -> str:
        """Return a digest of everything that reading depends on."""
        positions = [(box.q, box.opt, box.page, box.x, box.y, box.side) for box in self.boxes]
        fixed = [self.edition.first_mark, MARK, MARK_POSITIONS, CODE, FIRST_PAGE_CODES, LATER_PAGE_CODES]
        text = json.dumps([fixed, positions], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def code_positions(page: int) -> tuple[tuple[float, float], ...]:
    """Return the top left corners of a page's two QR codes."""
    return FIRST_PAGE_CODES if page == 1 else LATER_PAGE_CODES


def lay_out(q: Questionnaire, edition: Edition = STANDARD) -> FormLayout:
    """Place a questionnaire on pages; the fault ``paper_too_long`` if its edition has not enough of them."""
    rows = tuple(_Flow(edition).place(q))
    pages = rows[-1].page
    if pages > edition.most_pages:
        raise FaultyInstrument(
            [
                InstrumentFault(
                    "paper_too_long",
                    q.ref,
                    {"edition": edition.name, "pages": pages, "most": edition.most_pages},
                )
            ]
        )
    boxes = tuple(chain.from_iterable(_boxes(q, row, edition) for row in rows))
    return FormLayout(q.ref, edition, pages, rows, boxes)


class _Flow:
    """Fills one page after the other from the top."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.page = 1
        self.y = FIRST_TOP + edition.intro
        self.has_levels = False

    def place(self, q: Questionnaire) -> Iterator[FormRow]:
        number = 0
        for criterion in q.criteria:
            yield from self._part(q, criterion)
            for index, item in enumerate(criterion.items):
                number += 1
                above = (criterion, "heading") if index == 0 else None
                yield from self._rated(item, "item", number, above)
        yield from self._rated(q.overall, "overall", number + 1, None)
        if q.profile:
            first = _question_height(q.profile[0], self.edition)
            yield from self._row("profile", self.edition.heading, room=first)
        for question in q.profile:
            yield from self._row("question", _question_height(question, self.edition), question)
        yield self._comment(q)

    def _part(self, q: Questionnaire, criterion: Criterion) -> Iterator[FormRow]:
        part = next((each for each in q.parts if each.id == criterion.part), None)
        is_first = part and next(each for each in q.criteria if each.part == criterion.part) is criterion
        if part and is_first:
            item = _item_height(criterion.items[0], self.edition)
            yield from self._levels(2 * self.edition.heading + item)
            yield from self._row("part", self.edition.heading, part)

    def _rated(
        self, item: Item, kind: str, number: int, above: tuple[MultilingualText, str] | None
    ) -> Iterator[FormRow]:
        height = _item_height(item, self.edition)
        yield from self._levels(height + (self.edition.heading if above else 0))
        if above:
            yield from self._row(above[1], self.edition.heading, above[0])
        yield from self._row(kind, height, item, number)

    def _levels(self, room: float) -> Iterator[FormRow]:
        """Begin a page where the room is too little, and name the levels once on each page."""
        if self.y + room + (0 if self.has_levels else self.edition.levels) > BODY_BOTTOM:
            self._turn()
        if not self.has_levels:
            self.y = min(self.y, LATER_TOP) if self.page > 1 else self.y
            self.has_levels = True
            yield from self._row("levels", self.edition.levels)

    def _row(
        self, kind: str, height: float, of: MultilingualText | None = None, number: int = 0, room: float = 0
    ) -> Iterator[FormRow]:
        if self.y + height + room > BODY_BOTTOM:
            self._turn()
        yield FormRow(kind, self.page, round(self.y, 3), height, of, number)
        self.y += height

    def _comment(self, q: Questionnaire) -> FormRow:
        if BODY_BOTTOM - self.y < LEAST_COMMENT:
            self._turn()
        return FormRow(
            "comment", self.page, round(self.y, 3), min(BODY_BOTTOM - self.y, MOST_COMMENT), q.comment
        )

    def _turn(self) -> None:
        self.page += 1
        self.y = LATER_TOP + self.edition.levels
        self.has_levels = False


def _item_height(item: Item, edition: Edition) -> float:
    longest = max(len(item.text(lang)) for lang in BUNDLED)  # paper speaks no further language
    lines = -(-longest // edition.letters)
    return round(max(edition.row, lines * edition.leading + 0.4), 3)


def _question_height(question: Question, edition: Edition) -> float:
    lines = -(-(len(question.options) + 1) // edition.option_columns)
    return round(edition.question_line + lines * edition.option_row + 0.8, 3)


def _boxes(q: Questionnaire, row: FormRow, edition: Edition) -> Iterator[Box]:
    if isinstance(row.of, Item):
        yield from _item_boxes(q, row, row.of, edition)
    elif isinstance(row.of, Question):
        yield from _option_boxes(row, row.of, edition)


def _item_boxes(q: Questionnaire, row: FormRow, item: Item, edition: Edition) -> Iterator[Box]:
    values = [*(str(level.value) for level in q.levels), NO_OPINION]
    y = row.y + (row.height - edition.box) / 2
    for index, value in enumerate(values):
        x = column(len(values), index) - edition.box / 2
        yield Box(item.field, value, row.page, round(x, 3), round(y, 3), edition.box)


def _option_boxes(row: FormRow, question: Question, edition: Edition) -> Iterator[Box]:
    values = [*(option.value for option in question.options), DECLINED]
    width = (RIGHT - edition.option_left) / edition.option_columns
    for index, value in enumerate(values):
        line, position = divmod(index, edition.option_columns)
        x = edition.option_left + position * width
        y = row.y + edition.question_line + line * edition.option_row
        y += (edition.option_row - edition.box) / 2 + 0.4
        yield Box(question.field, value, row.page, round(x, 3), round(y, 3), edition.box)


def column(count: int, index: int) -> float:
    """Return the middle of one of the columns of levels."""
    return LAST_COLUMN - PITCH * (count - 1 - index)
