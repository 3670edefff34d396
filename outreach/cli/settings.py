"""`outreach settings`: every setting with its value, secrets masked."""

import json

import click

from outreach.settings import load_settings, shown


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def settings(as_json: bool) -> None:
    """List all settings and their values; secrets are masked."""
    rows = dict(shown(load_settings()))
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(map(len, rows))
    for name, value in rows.items():
        click.echo(f"{name:<{width}}  {value}")
