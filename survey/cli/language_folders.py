"""``./hailong language template | check``: folders of further languages and of recordings."""

from __future__ import annotations

from pathlib import Path

import click

from forms.languages.entries import clip_keys
from survey.cli.language import say
from survey.services.campaigns import languages

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(help=say("Tạo và kiểm tra thư mục ngôn ngữ.", "Make and check folders of languages."))
def language_folders() -> None:
    """Group the commands about folders of languages."""


@language_folders.command(
    help=say(
        "Tạo thư mục còn trống để người nói tiếng đó điền.", "Make the empty folder for a native speaker."
    )
)
@click.argument("questionnaire", metavar="QUESTIONNAIRE")
@click.argument("language", metavar="LANGUAGE")
@click.option("--out", required=True, type=FOLDER, help=say("Thư mục sẽ tạo.", "The folder to make."))
def template(questionnaire: str, language: str, out: Path) -> None:
    """Write words.toml, every text of it still empty beside its Vietnamese, and the folder for recordings."""
    ref = questionnaire if "@" in questionnaire else f"{questionnaire}@1"
    file, count = languages.write_template(ref, language, out)
    click.echo(
        say(
            f"Đã tạo {file}: {count} câu chờ người nói tiếng này điền; tệp ghi âm đặt vào {out / 'audio'}.",
            f"Made {file}: {count} texts wait for a native speaker; recordings go to {out / 'audio'}.",
        )
    )


@language_folders.command(
    help=say(
        "Kiểm tra một thư mục ngôn ngữ và nêu mọi chỗ thiếu, sai.", "Check a folder and name every fault."
    )
)
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--questionnaire",
    metavar="REF",
    help=say(
        "Bộ câu hỏi, khi thư mục chỉ có tệp ghi âm.", "The questionnaire, where there are only recordings."
    ),
)
def check(folder: Path, questionnaire: str | None) -> None:
    """Say that the language is complete, or name all that is missing or wrong with its place."""
    found, q = languages.check(folder, questionnaire)
    spoken, all_keys = len(found.clips), len(clip_keys(q))
    click.echo(
        say(
            f"{found.name} ({found.tag}): đủ câu chữ cho {q.ref}; {spoken} tệp ghi âm trên {all_keys} câu đọc được.",
            f"{found.name} ({found.tag}): complete for {q.ref}; {spoken} recordings of {all_keys} possible ones.",
        )
    )
