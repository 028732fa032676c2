"""The verb that applies the rules of retention."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from survey_app.settings import RetentionSettings, SettingsError, read_settings
from survey_app.storage.database import connected
from survey_app.wavekeys import WaveKeys

from .retention import Outcome, Purged, destroy_keys, purge_rows
from .staff import purge_attempts
from .wsgi import has_staff


@click.command()
@click.option("--only", type=click.Choice(["keys", "rows"]), help="Of a collector's own machine: keys.")
@click.option("--lost", metavar="WAVE", default="", help="The key of this wave is lost: begin it anew.")
def purge(only: str | None, lost: str) -> None:
    """Apply the rules of retention (docs/custody.md); run it every night. Deletes what has expired, and nothing else.

    Destroys the keys of closed waves, as the machine's user who serves, and deletes rows, as the owner of the tables:
    drafts, resume codes, conversations and invitations that are over. Writes the table of invitations in a new random
    order. With --lost it also deletes what nobody can open any more, so that a new key can be made; who has answered by
    text may then answer again. Where the staff's site is set up too, failed attempts to sign in that are over go.
    """
    settings = read_settings(RetentionSettings)
    with connected(settings.database_url.get_secret_value()) as engine:
        keys = Outcome(Purged(), ()) if only == "rows" else destroy_keys(engine, WaveKeys(settings.wave_keys), lost)
        rows = Outcome(Purged(), ()) if only == "keys" else purge_rows(engine, settings, datetime.now(UTC), lost)
    attempts, left = 0, [*keys.left, *rows.left]
    try:
        attempts = purge_attempts(datetime.now(UTC)) if has_staff() and only != "keys" else 0
    except (click.ClickException, SettingsError) as error:  # the rest is done, and is said
        left.append(str(error))
    purged = replace(rows.purged, wave_keys=keys.purged.wave_keys, failed_sign_ins=attempts)
    table = Table("what", "how many")
    for name, count in asdict(purged).items():
        table.add_row(name.replace("_", " "), str(count))
    Console().print(table)
    if left:
        raise click.ClickException("; ".join(left))
