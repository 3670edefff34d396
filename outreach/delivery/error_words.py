"""What stands in a message's `error`, in words for staff: the carrier's code, or one of ours."""

from outreach.delivery.errors import error_of

_OURS = {
    "consent_revoked": "Consent was revoked while it waited.",
    "client_changed": "The client's number or status changed while it waited.",
    "visit_change": "The client said something about the visit while it waited.",
    "no_consent": "There was no consent in force when it was about to go.",
    "client_not_active": "The client's status was not active when it was about to go.",
    "no_receipt": "The carrier never confirmed it; it was sent again another way.",
    "too_late": "Its time passed before it could be handed over.",
    "absent": "The carrier turned out not to have it.",
    "crashed": "The service was cut off while handing it over; the carrier is being asked.",
    "no_answer": "The carrier gave no clear answer; it is being asked.",
    "connection_refused": "The carrier could not be reached; it is tried again.",
    "sealed": "The text could not be opened with the keys in use.",
}


def words_of(code: str | None) -> str:
    """A sentence for the code; a carrier's code is named beside it, so that it can be looked up."""
    return _OURS.get(code or "") or f"{error_of(code).words} (code {code})"
