"""Click's own words in Vietnamese: the headings of its help, and what it says about a wrong command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches

import click

from survey.cli.language import language

HEADINGS = {"Usage: ": "Cách dùng: ", "Options": "Tùy chọn", "Commands": "Lệnh", "[OPTIONS]": "[TÙY CHỌN]"}
PHRASES = {
    "Show this message and exit.": "Hiện hướng dẫn này.",
    "[required]": "[bắt buộc]",
    "[default: ": "[mặc định: ",
    "; required]": "; bắt buộc]",
    "env var: ": "biến môi trường: ",
}

# What Click says about a value, and the same in Vietnamese.
REASONS = (
    (r"Got unexpected extra arguments? \((.*)\)\.?", "thừa tham số {0}"),
    (r"(.*) is not a valid (?:integer|integer range)\.", "{0} không phải là số nguyên"),
    (r"(.*) is not a valid (?:float|float range)\.", "{0} không phải là số"),
    (r"(.*) is not in the range (.*)\.", "{0} nằm ngoài khoảng {1}"),
    (r"(.*) is not one of (.*)\.", "{0} không thuộc {1}"),
    (r"(.*) does not match the formats? (.*)\.", "{0} không theo dạng {1}"),
    (r"\w+ (.*) does not exist\.", "không có {0}"),
    (r"\w+ (.*) is a directory\.", "{0} là thư mục, không phải tệp"),
    (r"\w+ (.*) is a file\.", "{0} là tệp, không phải thư mục"),
    (r"\w+ (.*) is not readable\.", "không đọc được {0}"),
    (r"\w+ (.*) is not writable\.", "không ghi được {0}"),
    (r"Missing command\.", "thiếu tên lệnh"),
    (r"(.*) is not (.*)\.", "{0} không phải là {1}"),
)


class Formatter(click.HelpFormatter):
    """Writes help pages in the language in force."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how the command is called."""
        args = args.replace("[OPTIONS]", _translated("[OPTIONS]", HEADINGS))
        super().write_usage(prog, args, _translated(prefix or "Usage: ", HEADINGS))

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Write a heading and indent what follows."""
        with super().section(_translated(name, HEADINGS)):
            yield

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names beside what they mean."""
        super().write_dl([(name, _phrases(text)) for name, text in rows], col_max, col_spacing)


class Context(click.Context):
    """A command's context whose help pages are written by :class:`Formatter`."""

    formatter_class = Formatter


def sentence(fault: click.ClickException) -> str:
    """Return in one sentence what is wrong with the command line and what to do about it."""
    if language() == "en":
        return f"{fault.format_message().rstrip('.')}. {_see_help(fault, 'See')}".rstrip()
    for kind, write in VIETNAMESE:
        if isinstance(fault, kind):
            return f"{write(fault)} {_see_help(fault, 'Xem')}".rstrip()
    return fault.format_message()


def _missing(fault: click.MissingParameter) -> str:
    return f"Thiếu {_name(fault)}."


def _bad_value(fault: click.BadParameter) -> str:
    return f"Giá trị của {_name(fault)} không dùng được: {_vietnamese(fault.message)}."


def _no_command(fault: click.exceptions.NoSuchCommand) -> str:
    group = fault.ctx.command if fault.ctx else None
    known = group.list_commands(fault.ctx) if fault.ctx and isinstance(group, click.Group) else []
    return f"Không có lệnh {fault.command_name}.{_near(get_close_matches(fault.command_name, known))}"


def _no_option(fault: click.NoSuchOption) -> str:
    return f"Không có tùy chọn {fault.option_name}.{_near(fault.possibilities)}"


def _bad_option(fault: click.BadOptionUsage) -> str:
    return f"Tùy chọn {fault.option_name} thiếu hoặc thừa giá trị."


def _file(fault: click.FileError) -> str:
    return f"Không mở được tệp {fault.ui_filename}: {fault.message}."


def _usage(fault: click.UsageError) -> str:
    return f"Dòng lệnh không đúng: {_vietnamese(fault.message)}."


# From the most particular kind to the most general one.
VIETNAMESE: Sequence[tuple[type[click.ClickException], Callable[..., str]]] = (
    (click.MissingParameter, _missing),
    (click.BadParameter, _bad_value),
    (click.NoSuchOption, _no_option),
    (click.exceptions.NoSuchCommand, _no_command),
    (click.BadOptionUsage, _bad_option),
    (click.FileError, _file),
    (click.UsageError, _usage),
)


def _name(fault: click.BadParameter) -> str:
    if fault.param is None:
        return str(fault.param_hint or "tham số")
    names = (
        fault.param.opts
        if isinstance(fault.param, click.Option)
        else [fault.param.make_metavar(_context(fault))]
    )
    return " / ".join(names)


def _context(fault: click.UsageError) -> click.Context:
    return fault.ctx or click.Context(click.Command("hailong"))


def _see_help(fault: click.ClickException, verb: str) -> str:
    if not isinstance(fault, click.UsageError):
        return ""
    return f"{verb} {fault.ctx.command_path if fault.ctx else './hailong'} --help."


def _near(names: Sequence[str] | None) -> str:
    return f" Có phải {' hay '.join(sorted(names))}?" if names else ""


def _vietnamese(message: str) -> str:
    for pattern, words in REASONS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return words.format(*found.groups())
    return message.rstrip(".")


def _translated(text: str, table: dict[str, str]) -> str:
    return text if language() == "en" else table.get(text, text)


def _phrases(text: str) -> str:
    if language() == "vi":
        for english, vietnamese in PHRASES.items():
            text = text.replace(english, vietnamese)
    return text
