"""The staff console: a web app of its own, so that the public one carries no staff page."""

from flask import Flask


def create_app() -> Flask:
    """The console as a WSGI app, set up from the environment. Raises SettingsError."""
    from outreach.console.app import build_app
    from outreach.start import start

    return build_app(start("console"))
