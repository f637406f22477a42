"""``./hailong forms``: prints numbered paper forms and reads scans of them."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import click

from forms.layout import EDITIONS, lay_out
from forms.paper import boxes
from forms.scan import reading_json
from survey import clock
from survey.cli.files import written_for_the_owner
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.progress import advancing
from survey.cli.texts import text
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.paper import batches, scans
from survey.services.paper.batches import PrintOrder


@click.group(help=text("forms.help"))
def forms() -> None:
    """Group what concerns paper forms."""


@forms.command("print", help=text("forms.print.help"))
@data_option
@campaign_option
@click.option("--unit", required=True, metavar="CODE", help=text("option.unit"))
@click.option("--count", required=True, type=int, help=text("forms.print.count"))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=text("forms.print.out"),
)
@click.option(
    "--boxes",
    "boxes_out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=text("forms.print.boxes"),
)
@click.option(
    "--edition",
    type=click.Choice(sorted(EDITIONS)),
    default="standard",
    show_default=True,
    help=text("forms.print.edition"),
)
@click.option("--lang", default="vi", show_default=True, help=text("forms.print.lang"))
@click.option(
    "--seal",
    is_flag=True,
    help=text("forms.print.seal"),
)
@click.option(
    "--sign",
    is_flag=True,
    help=text("forms.print.sign"),
)
def print_forms(
    data: str | None,
    campaign: str | None,
    unit: str,
    count: int,
    out: Path,
    boxes_out: Path | None,
    edition: str,
    lang: str,
    *,
    seal: bool,
    sign: bool,
) -> None:
    """Issue serials to a unit and write their forms; the boxes come first, for they may fail and issue nothing."""
    what = text("forms.print.progress")
    with opened_installation(data) as installation, advancing(what, count) as advance:
        record = installation.campaigns.only(campaign)
        order = PrintOrder(count, edition, lang, seal, sign)
        if boxes_out is not None:
            _write_json(boxes_out, boxes(lay_out(record.questionnaire, EDITIONS[edition])))
        printed = batches.print_batch(
            installation,
            COMMAND_LINE,
            record,
            unit,
            order,
            out,
            clock.now(),
            progress=lambda _done, _all: advance(1),
        )
    click.echo(text("forms.print.done", count=count, numbers=printed.span, minute=printed.minute, out=out))


@forms.command("read", help=text("forms.read.help"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_option
@campaign_option
@click.option(
    "--json",
    "json_out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=text("forms.read.json"),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help=text("forms.read.jobs"),
)
def read_forms(
    files: tuple[Path, ...], data: str | None, campaign: str | None, json_out: Path, jobs: int
) -> None:
    """Read the files and say how many pages and forms there are; nothing is taken into the campaign."""
    what = text("forms.read.progress")
    with opened_installation(data) as installation, advancing(what, None) as advance:
        record = installation.campaigns.only(campaign)
        reading = scans.read(installation, record, files, jobs=jobs, progress=lambda _done, _all: advance(1))
    _write_json(json_out, reading_json(reading))
    pages, forms_read = reading.pages, reading.forms
    read = sum(page.status == "read" for page in pages)
    doubts = sum(form.needs_human for form in forms_read)
    click.echo(
        text(
            "forms.read.done", read=read, pages=len(pages), forms=len(forms_read), doubts=doubts, out=json_out
        )
    )


def _write_json(path: Path, content: object) -> None:
    """Write what was read off the forms, which are people's answers, for nobody else to read.

    Raises:
        Refusal: ``file_unwritable``, also where there is no such folder: a slip of the pen makes none.
    """
    if not path.parent.is_dir():
        raise Refusal("file_unwritable", path=str(path), why=os.strerror(errno.ENOENT))
    written_for_the_owner(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
