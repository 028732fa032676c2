"""The `thiqa` command: finds the verbs that each room hangs out as an entry point, and speaks in plain sentences."""

from importlib.metadata import entry_points

import click

from survey_app.settings import SettingsError

GROUP = "thiqa.verbs"


class _Sentences(click.Group):
    """Shows a wrong configuration as a sentence, never as a trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="thiqa")
def main() -> None:
    """Thiqa: surveys of residents' trust in their police, from the question to the published figure."""


for found in sorted(entry_points(group=GROUP), key=lambda point: point.name):
    for verb in found.load():
        main.add_command(verb)


if __name__ == "__main__":
    main()
