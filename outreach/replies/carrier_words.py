"""The words that Twilio itself answers when they are the whole text, whatever was asked.

Source: twilio.com/docs/messaging/tutorials/advanced-opt-out; REVOKE and OPTOUT since 2025. CANCEL,
END and QUIT are among them, which is why the library asks for digits.
"""

from outreach.replies.inbound import InboundText
from outreach.vocabulary import Intent

_WORDS = {
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


_YES = {"YES", "SI", "SÍ"}

_INTENTS = {"STOP": Intent.OPT_OUT, "START": Intent.OPT_IN, "HELP": Intent.HELP}
"""OptOutType -> intent: the carrier has acted on it, whatever our reader thinks."""


def carrier_word(text: InboundText) -> str:
    """Which of its own words the carrier saw in this text, if any."""
    said = _WORDS.get(text.body.strip().upper(), "")
    if said:
        return said
    # With Advanced Opt-Out a program may have added words of its own; then the carrier says so.
    intent = carrier_intent(text)
    return next((word for word, means in _INTENTS.items() if means is intent), "")


def carrier_intent(text: InboundText) -> Intent | None:
    """What the carrier itself took this text for, also where the word is the program's own.

    With Advanced Opt-Out a YES is marked START too, but here it may answer a question.
    """
    if text.opt_out_type == "START" and text.body.strip().upper() in _YES:
        return None
    return _INTENTS.get(text.opt_out_type)


def carrier_answers(text: InboundText, keywords: str) -> bool:
    """Whether the carrier answers this text itself, so that we must not."""
    return bool(carrier_word(text)) and (keywords == "carrier" or text.opt_out_type != "")
