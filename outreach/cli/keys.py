"""`outreach keys`: make secret keys."""

import base64
import os

import click


@click.group()
def keys() -> None:
    """Secret keys that seal names, numbers and texts."""


@keys.command()
def new() -> None:
    """Print a new key for OUTREACH_SECRET_KEYS; put it first, keep the older ones behind it."""
    click.echo(base64.b64encode(os.urandom(32)).decode())
