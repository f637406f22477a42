"""``./hailong forms``: prints numbered paper forms and reads scans of them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from forms.layout import EDITIONS, lay_out
from forms.paper import boxes
from survey import clock
from survey.cli.language import say
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.progress import advancing
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.paper import batches, scans
from survey.services.paper.batches import Order


@click.group(help=say("In phiếu giấy có số và đọc phiếu quét.", "Print numbered paper forms and read scans."))
def forms() -> None:
    """Group what concerns paper forms."""


@forms.command("print", help=say("In một lô phiếu ra tệp PDF.", "Print a batch of forms as PDF."))
@data_option
@campaign_option
@click.option("--unit", required=True, metavar="CODE", help=say("Mã đơn vị.", "The unit's code."))
@click.option("--count", required=True, type=int, help=say("Số phiếu.", "How many forms."))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Tệp PDF sẽ ghi.", "The PDF to write."),
)
@click.option(
    "--boxes",
    "boxes_out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Ghi thêm vị trí các ô (JSON).", "Also write where the boxes are (JSON)."),
)
@click.option(
    "--edition",
    type=click.Choice(sorted(EDITIONS)),
    default="standard",
    show_default=True,
    help=say("Khổ chữ: standard hoặc large (chữ to).", "Type size: standard or large."),
)
@click.option(
    "--lang", default="vi", show_default=True, help=say("Ngôn ngữ của phiếu.", "The form's language.")
)
@click.option(
    "--seal",
    is_flag=True,
    help=say("In kèm hình con dấu đã lưu.", "Print the picture of the seal that was kept."),
)
@click.option(
    "--sign",
    is_flag=True,
    help=say("Ký số tệp PDF bằng chứng thư của cơ quan.", "Sign the PDF with the office's certificate."),
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
    what = say("Đang in phiếu", "Printing forms")
    with opened_installation(data) as installation, advancing(what, count) as advance:
        record = installation.campaigns.only(campaign)
        unit_id, order = record.unit_id(unit), Order(count, edition, lang, seal, sign)
        if boxes_out is not None:
            _write_json(boxes_out, boxes(lay_out(record.questionnaire, EDITIONS[edition])))
        printed = batches.print_batch(
            installation,
            COMMAND_LINE,
            record,
            unit_id,
            order,
            out,
            clock.now(),
            lambda _done, _all: advance(1),
        )
    click.echo(
        say(
            f"Đã in {count} phiếu, số {printed.span}, biên bản số {printed.minute}: {out}",
            f"Printed {count} forms, numbers {printed.span}, minute {printed.minute}: {out}",
        )
    )


@forms.command("read", help=say("Đọc phiếu đã quét hoặc chụp.", "Read scanned or photographed forms."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_option
@campaign_option
@click.option(
    "--json",
    "json_out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Tệp JSON sẽ ghi.", "The JSON file to write."),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help=say("Số tiến trình đọc song song.", "How many processes read at a time."),
)
def read_forms(
    files: tuple[Path, ...], data: str | None, campaign: str | None, json_out: Path, jobs: int
) -> None:
    """Read the files and say how many pages and forms there are; nothing is taken into the campaign."""
    what = say("Đang đọc phiếu", "Reading forms")
    with opened_installation(data) as installation, advancing(what, None) as advance:
        record = installation.campaigns.only(campaign)
        found = scans.read(installation, record, files, jobs=jobs, progress=lambda _done, _all: advance(1))
    _write_json(json_out, found)
    pages, forms_read = found["pages"], found["forms"]
    read = sum(page["status"] == "read" for page in pages)
    doubts = sum(form["needs_human"] for form in forms_read)
    click.echo(
        say(
            f"Đọc được {read} trên {len(pages)} trang, {len(forms_read)} phiếu; {doubts} câu cần người xem: "
            f"{json_out}",
            f"Read {read} of {len(pages)} pages, {len(forms_read)} forms; {doubts} answers need a person: "
            f"{json_out}",
        )
    )


def _write_json(path: Path, content: object) -> None:
    try:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise Refusal("file_unwritable", path=str(path), why=error.strerror) from error
