"""The command line: the same verbs as the pages, from the shell."""

from __future__ import annotations

import importlib
from gettext import gettext

import click

from survey.cli.commands import COMMANDS
from survey.cli.texts import text


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, and listed without being imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name, in the order in which an office meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        _name_options(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every command beside its one line, from the table alone."""
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


def _name_options(command: click.Command) -> None:
    """Let *command* and what stands below it call its options so in the language in force; all else is gettext's."""
    command.options_metavar = text("hailong.options")
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _name_options(inner)


hailong = LazyGroup(
    name="hailong",
    help=text("hailong.help"),
    epilog=text("hailong.epilog"),
    options_metavar=text("hailong.options"),
    subcommand_metavar=text("hailong.metavar"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
