"""The `thiqa` command: finds the verbs that each room hangs out as entry points, and speaks in plain sentences."""

from importlib.metadata import entry_points
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from survey_app.discretion import be_discreet, told
from survey_app.settings import SettingsError

GROUP = "thiqa.verbs"


class _Sentences(click.Group):
    """Shows what went wrong as a sentence. Never as a trace, whose last line may quote an answer or a password.

    A verb is loaded when it is asked for: who sends texts does not wait for the statistics.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (as click calls it)
        return sorted(point.name for point in entry_points(group=GROUP))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (the same)
        found: click.Command | None = next((point.load() for point in entry_points(group=GROUP, name=cmd_name)), None)
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As a program of its own; within another one `main` is called."""
        be_discreet()
        return super().__call__(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        except SQLAlchemyError as error:
            raise click.ClickException(f"The database of THIQA_DATABASE_URL cannot be used: {told(error)}") from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 (no trace, whatever it is)
            raise click.ClickException(f"This should not happen: {told(error)}") from None


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="thiqa")
def main() -> None:
    """Thiqa: surveys of residents' trust in their police, from the question to the published figure."""


if __name__ == "__main__":
    main()
