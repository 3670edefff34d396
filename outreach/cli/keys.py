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


@keys.command()
def webhook() -> None:
    """Print the secret with which page webhooks are signed (Standard Webhooks, whsec_...)."""
    from outreach.safety.page_channels import webhook_secret
    from outreach.settings import load_settings

    secret = webhook_secret(load_settings("OUTREACH_SECRET_KEYS"))
    click.echo(f"whsec_{base64.b64encode(secret).decode()}")
