"""Give tables and figures the numbers by which readers name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from survey.documents.reports.record import Block, Figure, ReportContent, Table
from survey.documents.reports.texts import ReportTexts


def numbered(report: ReportContent, texts: ReportTexts) -> ReportContent:
    """Number tables and figures through the body and then the appendices."""
    counters = {"table": 0, "figure": 0}
    sections = tuple(
        replace(section, blocks=_blocks(section.blocks, counters, texts)) for section in report.sections
    )
    appendices = tuple(
        replace(appendix, blocks=_blocks(appendix.blocks, counters, texts)) for appendix in report.appendices
    )
    return replace(report, sections=sections, appendices=appendices)


def _blocks(blocks: Sequence[Block], counters: dict[str, int], texts: ReportTexts) -> tuple[Block, ...]:
    return tuple(_block(block, counters, texts) for block in blocks)


def _block(block: Block, counters: dict[str, int], texts: ReportTexts) -> Block:
    if isinstance(block, Table):
        counters["table"] += 1
        title = texts.text("table.numbered", number=str(counters["table"]), title=block.title)
        return replace(block, title=title)
    if isinstance(block, Figure):
        counters["figure"] += 1
        caption = texts.text("figure.numbered", number=str(counters["figure"]), title=block.caption)
        return replace(block, caption=caption)
    return block
