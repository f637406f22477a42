"""The fields of the office's forms: what is typed is a text without blanks around it, or a number that a column holds.

The library's own fields let a tab pass where nothing may stand, and numbers of any size.
"""

from __future__ import annotations

from typing import Any

import wtforms

from survey.web.plain_requests import whole_number

NOT_WHOLE = "Not a valid integer value."  # the library's own sentence, which it translates


class TextField(wtforms.StringField):
    """A text; one of blanks only is none, also for the validators."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the text that was sent."""
        self.raw_data = [text.strip() for text in valuelist]
        super().process_formdata(self.raw_data)


class LongTextField(TextField, wtforms.TextAreaField):
    """A text of several lines."""


class WholeNumberField(wtforms.IntegerField):
    """A whole number that a column of the databases holds."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the number that was sent; what is none is a fault of the field.

        Raises:
            ValueError: for what is no number of ours; the form then does not validate.
        """
        if valuelist:
            self.data = whole_number(valuelist[0])
            if self.data is None:
                raise ValueError(self.gettext(NOT_WHOLE))
