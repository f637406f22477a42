"""What Click says itself: by gettext in the language in force, and one sentence about a wrong command line."""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

import click

from survey.cli.language import language
from survey.cli.texts import text

DOMAIN = "click"
TRANSLATIONS = Path(__file__).parents[1] / "translations"


@contextmanager
def translated() -> Iterator[None]:
    """Let Click find its catalogue: gettext looks for it by the variable LANGUAGE, each time it is asked."""
    gettext.bindtextdomain(DOMAIN, str(TRANSLATIONS))
    gettext.textdomain(DOMAIN)
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = language()
    try:
        yield
    finally:
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def sentence(fault: click.ClickException) -> str:
    """Return in one sentence what is wrong with the command line and what to do about it."""
    return f"{_what(fault)} {_see_help(fault)}".rstrip()


def _what(fault: click.ClickException) -> str:
    if language() == "en":
        return f"{fault.format_message().rstrip('.')}."
    for kind, write in VIETNAMESE:
        if isinstance(fault, kind):
            return write(fault)
    return fault.format_message()


def _missing(fault: click.MissingParameter) -> str:
    return text("click.missing", parameter=_name(fault))


def _bad_value(fault: click.BadParameter) -> str:
    return text("click.bad_value", parameter=_name(fault), reason=_reason(fault))


def _reason(fault: click.BadParameter) -> str:
    """Return why a value won't do; in the sentence about numbers Click leaves the kind of number untranslated."""
    reason = fault.message.rstrip(".")
    kind = fault.param.type.name if fault.param else ""
    return reason.removesuffix(kind) + gettext.gettext(kind) if kind and reason.endswith(kind) else reason


def _no_command(fault: click.exceptions.NoSuchCommand) -> str:
    group = fault.ctx.command if fault.ctx else None
    known = group.list_commands(fault.ctx) if fault.ctx and isinstance(group, click.Group) else []
    return fault.message + _near(get_close_matches(fault.command_name, known))


def _no_option(fault: click.NoSuchOption) -> str:
    return fault.message + _near(fault.possibilities)


def _usage(fault: click.UsageError) -> str:
    return text("click.usage", reason=fault.message.rstrip("."))


# From the most particular kind to the most general one; what is in none of them is a sentence already.
VIETNAMESE: Sequence[tuple[type[click.ClickException], Callable[..., str]]] = (
    (click.MissingParameter, _missing),
    (click.BadParameter, _bad_value),
    (click.NoSuchOption, _no_option),
    (click.exceptions.NoSuchCommand, _no_command),
    (click.BadOptionUsage, click.ClickException.format_message),
    (click.UsageError, _usage),
)


def _name(fault: click.BadParameter) -> str:
    if fault.param is None:
        return str(fault.param_hint or text("click.parameter"))
    if isinstance(fault.param, click.Option):
        return " / ".join(fault.param.opts)
    return fault.param.make_metavar(fault.ctx or click.Context(click.Command("hailong")))


def _see_help(fault: click.ClickException) -> str:
    if not isinstance(fault, click.UsageError):
        return ""
    return text("click.see_help", command=fault.ctx.command_path if fault.ctx else "./hailong")


def _near(names: Sequence[str] | None) -> str:
    return text("click.near", names=text("click.or").join(sorted(names))) if names else ""
