"""When to ask the carrier about a text: the schedule behind `message.ask_at`. Pure."""

from datetime import datetime, timedelta

NO_ANSWER_AFTER = timedelta(seconds=30)
"""An attempt without an answer for so long has no live owner: the call ends after 10 s."""

ASK_ABOUT_UNKNOWN = timedelta(seconds=2)
"""The carrier's list needs a moment to show what it took."""

ASK_ABOUT_ACCEPTED = timedelta(minutes=5)
"""A text the carrier took is asked for when no receipt came for so long."""

GIVE_UP_AFTER = timedelta(days=3)
"""Some networks give no receipt: after this, `sent` is the last word."""


def ask_again(handed_over_at: datetime, now: datetime) -> datetime | None:
    """When to ask again about a text the carrier has: at twice its age; None to give up."""
    age = now - handed_over_at
    if age >= GIVE_UP_AFTER:
        return None
    return now + max(age, ASK_ABOUT_ACCEPTED)
