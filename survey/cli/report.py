"""``./hailong report``: writes the official report as PDF and its figures as XLSX."""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.results import analysis, reports


@click.command(help=text("report.help"))
@data_option
@campaign_option
@click.option("--unit", default=None, help=text("option.one_unit"))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help=text("option.folder"),
)
def report(data: str | None, campaign: str | None, unit: str | None, out: Path) -> None:
    """Write both files and name them."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        if unit is not None:
            record.unit_id(unit)
        assessed = analysis.assessment(installation, COMMAND_LINE, record)
    out.mkdir(parents=True, exist_ok=True)
    name = f"bao-cao-{record.code}" + (f"-{unit}" if unit else "")
    for suffix, content in (
        ("pdf", reports.report_pdf(assessed, unit)),
        ("xlsx", reports.report_xlsx(assessed, unit)),
    ):
        path = out / f"{name}.{suffix}"
        path.write_bytes(content)
        click.echo(path)
