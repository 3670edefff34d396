"""A visit cancelled or moved in a text that no reminder asked for."""

from outreach.replies.appointment import read_appointment
from outreach.replies.smallwords import small_words
from outreach.replies.text import Candidate, Text
from outreach.vocabulary import Intent, PromptKind


def read_visit_unasked(text: Text) -> Candidate | None:
    """Cancel, reschedule or confirm, if the text itself names the visit it speaks of."""
    if small_words("visit").isdisjoint(text.words.said):
        return None
    view = Text(text.words, PromptKind.APPOINTMENT, text.local_now)
    visits = [at for at, word in enumerate(text.words.said) if word in small_words("visit")]
    named = view.having("not_coming", "stranded", "another_time")
    if not any(text.same_sentence(hit.start, at) for hit in named for at in visits):
        return None
    reading = read_appointment(view)
    wanted = {Intent.CANCEL, Intent.RESCHEDULE}
    return reading if reading and reading.intent in wanted else None
