"""The `thiqa` command: finds the verbs that each room hangs out as an entry point, and speaks in plain sentences."""

from importlib.metadata import entry_points
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from survey_app.discretion import be_discreet, told
from survey_app.settings import SettingsError

GROUP = "thiqa.verbs"


class _Sentences(click.Group):
    """Shows what went wrong as a sentence. Never as a trace, whose last line may quote an answer or a password."""

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


for found in sorted(entry_points(group=GROUP), key=lambda point: point.name):
    for verb in found.load():
        main.add_command(verb)


if __name__ == "__main__":
    main()
