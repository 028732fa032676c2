"""The verbs of a campaign by text message: plan it, invite to it, see how it goes. None prints a number or a code."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import Field
from rich.console import Console

from survey_app import fieldwork
from survey_app.engine import Kind, Questionnaire
from survey_app.fieldwork import Wave
from survey_app.instrument import read_instrument
from survey_app.settings import OwnerSettings, PrintSettings, SettingsError, read_settings
from survey_app.storage.database import connected, reading
from survey_app.wavekeys import WaveKeyError

from ..carriers.declared import Adapter, Channel, ChannelsError, read_channels
from ..clock import utc
from ..settings import ChannelSettings
from ..talk.wording import Terms
from . import shown
from .codes import CodesError
from .frame import Expected, FrameError, read_frame
from .invite import Campaign, CampaignError, Stage, draw, estimate
from .invite import invite as invite_drawn
from .plan import Shares
from .plan import plan as make_plan
from .progress import progress as read_progress

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="The same, for machines.")
_Share = click.FloatRange(0, 1)
_ALONE = Channel("twilio", Adapter.TWILIO)


class PlanSettings(PrintSettings):
    """What a plan needs of the text channel's settings: none is a secret."""

    channels: str | None = None
    reminders: int = Field(default=2, ge=0, le=2)
    text_replies_free: bool = False

    @property
    def declared(self) -> Mapping[str, Channel]:
        """The channels by name."""
        try:
            return read_channels(Path(self.channels)) if self.channels else {"twilio": _ALONE}
        except ChannelsError as error:
            raise SettingsError(f"THIQA_CHANNELS {error}") from None


@click.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--frame", "frame_file", type=FILE, required=True, help="CSV with telephone, language, area, weight.")
@click.option("--channel", "name", required=True, help="The channel that sends.")
@click.option("--a-day", type=click.IntRange(1), help="How many are invited on a day; without it all at once.")
@click.option("--first", type=click.IntRange(1), help="Invite only so many now, drawn at random.")
@click.option("--codes", "codes_file", type=FILE, help="For a channel that cannot be answered: codes.csv for links.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
def invite(
    wave_id: str,
    frame_file: Path,
    name: str,
    a_day: int | None,
    first: int | None,
    codes_file: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Invite the people of a frame to WAVE: a conversation and a message in the outbox for each. Sends nothing itself.

    Changes the database, and takes the codes that it uses out of --codes. Who is known in the wave or said stop is
    passed over, so it may be run again at any time: after a crash, for the next --first, with a longer frame.
    """
    settings = read_settings(ChannelSettings)
    channel = _channel(settings.channels, name)
    try:
        with connected(settings.database_url.get_secret_value()) as engine:
            wave = _wave(engine, wave_id)
            form = wave.questionnaire
            frame = read_frame(frame_file, Expected(settings.country, form.languages, _areas(form)))
            campaign = Campaign(wave, channel, settings.keyring, settings.terms, codes_file, settings.reminders)
            drawn, stage = draw(engine, campaign, frame), Stage(a_day, first)
            done = estimate(engine, campaign, drawn, stage, utc())
            if not dry_run:
                hidden = not sys.stderr.isatty()
                with click.progressbar(length=done.invited, label="Inviting", file=sys.stderr, hidden=hidden) as bar:
                    done = invite_drawn(engine, campaign, drawn, stage, utc(), bar.update)
    except (FrameError, CampaignError, CodesError, WaveKeyError) as error:
        raise click.ClickException(str(error)) from None
    following = _following(wave_id, done.left, dry_run=dry_run)
    if as_json:
        click.echo(_json({"wave": wave_id, "channel": name, **shown.plain_invited(frame, done, channel, dry_run)}))
        return
    _console().print(shown.invited(frame, done, channel, dry_run=dry_run))
    for line in shown.left_out(frame):
        click.echo(line)
    click.echo(following)


@click.command()
@click.argument("wave_id", metavar="[WAVE]", required=False)
@click.option("--channel", "name", required=True, help="The channel that would send.")
@click.option("--people", type=click.IntRange(1), required=True, help="How many would be invited.")
@click.option("--share-answering", type=_Share, default=0.3, show_default=True, help="Share that takes part.")
@click.option("--break-off", type=_Share, default=0.1, show_default=True, help="Share of those that leaves half-way.")
@click.option("--reminders", type=click.IntRange(0, 2), help="To each who is silent; else as THIQA_REMINDERS says.")
@json_option
def plan(
    wave_id: str | None,
    name: str,
    people: int,
    share_answering: float,
    break_off: float,
    reminders: int | None,
    *,
    as_json: bool,
) -> None:
    """Say what a campaign would cost: each text of WAVE (of the bundled questionnaire if none is named), by language.

    Counts segments as a carrier does. Changes nothing, and needs no secret.
    """
    planned = read_settings(PlanSettings)
    channel = _channel(planned.declared, name)
    if wave_id:
        with connected(read_settings(OwnerSettings).database_url.get_secret_value()) as engine:
            form = _wave(engine, wave_id).questionnaire
    else:
        form = read_instrument().questionnaire
    terms = Terms(planned.public_url.rstrip("/"), free=planned.text_replies_free)
    each = planned.reminders if reminders is None else reminders
    made = make_plan(form, channel, terms, people, Shares(share_answering, break_off, each))
    if as_json:
        click.echo(_json(shown.plain_plan(made)))
        return
    _console().print(shown.plan(made))
    click.echo(shown.verdict(made))


@click.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--every", type=click.IntRange(1), help="Go on, looking again after this many seconds.")
@json_option
def progress(wave_id: str, every: int | None, *, as_json: bool) -> None:
    """Show how WAVE's campaign goes: cases, response rates (AAPOR), spending, channels. Changes nothing.

    Only who was invited counts in the rates. Nothing is shown for less than the whole wave.
    """
    settings = read_settings(ChannelSettings)
    channels = settings.channels
    budget = settings.budget.wave
    with connected(settings.database_url.get_secret_value()) as engine:
        _wave(engine, wave_id)
        while True:
            found = read_progress(engine, wave_id, channels, utc())
            if as_json:
                click.echo(_json(shown.plain_progress(found, budget), indent=None if every else 1))
            else:
                for table in shown.progress(found, channels, budget):
                    _console().print(table)
                click.echo(shown.alarm(found))
            if not every:
                return
            time.sleep(every)


def _channel(channels: Mapping[str, Channel], name: str) -> Channel:
    if name not in channels:
        raise click.ClickException(f"There is no channel {name}; declared are {', '.join(channels)}.")
    return channels[name]


def _wave(engine: Any, wave_id: str) -> Wave:
    with reading(engine) as session:
        found = fieldwork.wave(session, wave_id)
    if found is None:
        raise click.ClickException(f"There is no wave {wave_id} in this database.")
    return found


def _areas(form: Questionnaire) -> frozenset[str]:
    return frozenset(choice.code for item in form.items if item.kind is Kind.AREA for choice in item.choices)


def _following(wave_id: str, left: int, *, dry_run: bool) -> str:
    if dry_run:
        return "Nothing was written. To invite them: the same without --dry-run"
    rest = f" The same again invites the next of the {left} who are left." if left else ""
    return f"Next: thiqa sms send --forever, and to watch: thiqa sms progress {wave_id}.{rest}"


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def _json(content: object, indent: int | None = 1) -> str:
    return json.dumps(content, ensure_ascii=False, indent=indent, default=str)


verbs: list[click.Command] = [invite, plan, progress]
