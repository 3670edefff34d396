"""Outreach keeps mental-health recovery programs in touch with their clients by text message."""

__version__ = "0.1.0"
