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
from survey.cli.click_texts import sentence
from survey.cli.language import language, say
from survey.errors import Refusal

DONE, REFUSED, FAULTY, STOPPED = 0, 1, 2, 130
INPUT_STATUSES = frozenset({400, 413, 415, 422})


def run(words: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        done = hailong.main(list(words), prog_name="./hailong", standalone_mode=False)
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
        _tell(say("Đã dừng theo yêu cầu.", "Stopped as asked."))
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
        _tell(
            say(
                f"Hệ điều hành từ chối ({place}{defect.strerror}): hãy kiểm tra quyền và dung lượng đĩa.",
                f"The operating system refused ({place}{defect.strerror}): check permissions and disk space.",
            )
        )
    else:
        _tell(
            say(
                f"Lỗi chưa lường trước ({type(defect).__name__}): chạy lại với HAILONG_DEBUG=1 rồi gửi kết quả "
                "cho người phụ trách kỹ thuật.",
                f"An unforeseen error ({type(defect).__name__}): run again with HAILONG_DEBUG=1 and send what "
                "it prints to your technician.",
            )
        )
    return REFUSED


def _tell(text: str) -> None:
    click.echo(f"hailong: {text}", err=True)
