"""The words that Twilio itself answers when they are the whole text, whatever was asked.

Source: twilio.com/docs/messaging/tutorials/advanced-opt-out; REVOKE and OPTOUT since 2025. CANCEL,
END and QUIT are among them, which is why the library asks for digits.
"""

from typing import Literal

from outreach.replies.inbound import InboundText

Handled = Literal["STOP", "START", "HELP", ""]

_WORDS: dict[str, Handled] = {
    "STOP": "STOP",
    "STOPALL": "STOP",
    "UNSUBSCRIBE": "STOP",
    "CANCEL": "STOP",
    "END": "STOP",
    "QUIT": "STOP",
    "REVOKE": "STOP",
    "OPTOUT": "STOP",
    "START": "START",
    "UNSTOP": "START",
    "HELP": "HELP",
    "INFO": "HELP",
}
"""YES restores at Twilio as well, but is an answer here: only our own list decides (law 1)."""


def carrier_word(text: InboundText) -> Handled:
    """Which of its own words the carrier saw in this text, if any."""
    said = _WORDS.get(text.body.strip().upper(), "")
    if said:
        return said
    # With Advanced Opt-Out a program may have added words of its own; then the carrier says so.
    if text.opt_out_type == "STOP":
        return "STOP"
    if text.opt_out_type == "HELP":
        return "HELP"
    return ""


def carrier_answers(text: InboundText, keywords: str) -> bool:
    """Whether the carrier answers this text itself, so that we must not."""
    return bool(carrier_word(text)) and (keywords == "carrier" or text.opt_out_type != "")
