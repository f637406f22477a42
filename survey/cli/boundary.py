"""Where every command ends: what went wrong becomes a sentence on standard error and an exit code.

0: done. 1: refused, or the surroundings did not allow it. 2: the command line or the input is faulty.
130: stopped by the user.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from survey.cli import hailong
from survey.cli.click_texts import sentence, translated
from survey.cli.language import language
from survey.cli.texts import text
from survey.errors import Refusal

DONE, REFUSED, FAULTY, STOPPED = 0, 1, 2, 130
INPUT_STATUSES = frozenset({400, 413, 415, 422})


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    with translated():
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        done = hailong.main(list(arguments), prog_name="./hailong", standalone_mode=False)
        sys.stdout.flush()
    except Refusal as refusal:
        return _refused(refusal)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return FAULTY
    except click.ClickException as fault:
        _tell(sentence(fault))
        return fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        _tell(text("boundary.stopped"))
        return STOPPED
    except BrokenPipeError:
        return _reader_left()
    except Exception as defect:
        return _unforeseen(defect)
    return done if isinstance(done, int) else DONE


def _refused(refusal: Refusal) -> int:
    _tell(refusal.sentence(language()))
    for line in refusal.lines(language()):
        click.echo(f"  {line}", err=True)
    return FAULTY if refusal.faults or refusal.status in INPUT_STATUSES else REFUSED


def _reader_left() -> int:
    # Python flushes standard output once more at its end; there is nobody to read it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return REFUSED


def _unforeseen(defect: Exception) -> int:
    if os.environ.get("HAILONG_DEBUG") == "1":
        traceback.print_exception(defect)
    if isinstance(defect, OSError):
        place = f"{defect.filename}: " if defect.filename else ""
        _tell(text("boundary.system_refused", place=place, reason=defect.strerror))
    else:
        _tell(text("boundary.unforeseen", kind=type(defect).__name__))
    return REFUSED


def _tell(text: str) -> None:
    click.echo(f"hailong: {text}", err=True)
