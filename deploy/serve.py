"""The verb that serves everything at one address."""

import os
import secrets
import socket
import sys

import click

from survey_app.settings import SECRET_BYTES, CollectorSettings, read_settings

from .demo_environment import VAR, demo_environment
from .processes import together
from .server import command
from .wsgi import STAFF, place_of_staff


@click.command()
@click.option("--demo", "is_demo", is_flag=True, help="Serve what `thiqa demo` made; batches open by themselves.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(is_demo: bool, host: str, port: int, workers: int) -> None:
    """Serve survey, text channel, dashboards and the staff's site at one address until stopped.

    Writes what respondents send and what staff look at. The staff's site is there where THIQA_STAFF_KEY is set.
    """
    address = f"http://{host}:{port}"
    if is_demo:
        demo_environment(VAR.absolute())
        os.environ.setdefault("THIQA_PUBLIC_URL", address)
        os.environ.setdefault("THIQA_STAFF_URL", f"{address}{STAFF}/")
    settings, place = read_settings(CollectorSettings), place_of_staff()
    if settings.site_key is None:  # one for all workers, so that each knows the puzzles of the others
        os.environ["THIQA_SITE_KEY"] = secrets.token_hex(SECRET_BYTES)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"{address} cannot be used ({error.strerror}). Choose another --port.") from None
    click.echo("Synthetic data: no resident was asked.\n" if settings.demo else "", nl=False)
    click.echo(f"Survey                   {address}/")
    if settings.demo:
        click.echo(f"Text message simulator   {address}/sms/simulator")
    click.echo(f"Dashboards               {address}/dashboards/")
    if place:
        click.echo(f"Staff                    {address}{place}/")
    click.echo("Stop with Ctrl+C.")
    beside = [[sys.executable, "-m", "deploy.command", "refresh", "--every", "20"]] if settings.demo else []
    raise SystemExit(together(command("deploy.wsgi:everything()", host, port, workers), *beside))
