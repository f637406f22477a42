"""``./hailong language template | check``: folders of further languages and of recordings."""

from __future__ import annotations

from pathlib import Path

import click

from forms.languages.entries import clip_keys
from survey.cli.texts import text
from survey.services.campaigns import languages

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(help=text("language_folders.help"))
def language_folders() -> None:
    """Group the commands about folders of languages."""


@language_folders.command(help=text("language_folders.template.help"))
@click.argument("questionnaire", metavar="QUESTIONNAIRE")
@click.argument("language", metavar="LANGUAGE")
@click.option("--out", required=True, type=FOLDER, help=text("language_folders.template.out"))
def template(questionnaire: str, language: str, out: Path) -> None:
    """Write words.toml, every text of it still empty beside its Vietnamese, and the folder for recordings."""
    ref = questionnaire if "@" in questionnaire else f"{questionnaire}@1"
    file, count = languages.write_template(ref, language, out)
    click.echo(text("language_folders.template.done", file=file, count=count, audio=out / "audio"))


@language_folders.command(help=text("language_folders.check.help"))
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--questionnaire",
    metavar="REF",
    help=text("language_folders.check.questionnaire"),
)
def check(folder: Path, questionnaire: str | None) -> None:
    """Say that the language is complete, or name all that is missing or wrong with its place."""
    folder_language, q = languages.check(folder, questionnaire)
    spoken, all_keys = len(folder_language.clips), len(clip_keys(q))
    click.echo(
        text(
            "language_folders.check.done",
            language=folder_language.name,
            tag=folder_language.tag,
            questionnaire=q.ref,
            spoken=spoken,
            possible=all_keys,
        )
    )
