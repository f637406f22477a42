"""``./hailong report``: writes the official report as PDF and its figures as XLSX."""

from __future__ import annotations

from pathlib import Path

import click

from survey import clock
from survey.cli.language import say
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.results import analysis, reports


@click.command(
    help=say("Lập báo cáo PDF và bảng số liệu XLSX.", "Write the report as PDF and its figures as XLSX.")
)
@data_option
@campaign_option
@click.option("--unit", default=None, help=say("Chỉ một đơn vị.", "One unit only."))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help=say(
        "Thư mục ghi tệp; mặc định là thư mục hiện tại.",
        "The directory to write to; the current one by default.",
    ),
)
def report(data: str | None, campaign: str | None, unit: str | None, out: Path) -> None:
    """Write both files and name them."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        if unit is not None:
            record.unit_id(unit)
        found = analysis.assessment(installation, COMMAND_LINE, record, clock.now())
    out.mkdir(parents=True, exist_ok=True)
    name = f"bao-cao-{record.code}" + (f"-{unit}" if unit else "")
    for suffix, content in (
        ("pdf", reports.report_pdf(found, unit)),
        ("xlsx", reports.report_xlsx(found, unit)),
    ):
        path = out / f"{name}.{suffix}"
        path.write_bytes(content)
        click.echo(path)
