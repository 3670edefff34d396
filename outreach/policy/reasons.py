"""Why a touchpoint was sent, held or not sent: one table from code to words for people."""

from enum import StrEnum


class Reason(StrEnum):
    """The code that the ledger keeps beside every decision."""

    DUE = "due"
    NOT_ACTIVE = "not_active"
    NO_CONSENT = "no_consent"
    PROGRAM_PAUSED = "program_paused"
    CLIENT_PAUSED = "client_paused"
    OPEN_FLAG = "open_flag"
    URGENT_FLAG = "urgent_flag"
    WELCOME_FIRST = "welcome_first"
    STALE = "stale"
    VISIT_GONE = "visit_gone"
    VISIT_MOVED = "visit_moved"
    MERGED = "merged"
    QUIET_HOURS = "quiet_hours"
    OPEN_QUESTION = "open_question"
    REMINDER_FIRST = "reminder_first"
    DAILY_CAP = "daily_cap"
    NO_GOAL = "no_goal"
    REPLANNED = "replanned"
    CAMPAIGN_ENDED = "campaign_ended"
    SET_ASIDE = "set_aside"
    MAY_HAVE_GONE = "may_have_gone"


WORDS = {
    Reason.DUE: "It was due and nothing spoke against it.",
    Reason.NOT_ACTIVE: "The client's status is not active, so no texts go out.",
    Reason.NO_CONSENT: "There is no consent in force for this number.",
    Reason.PROGRAM_PAUSED: "The program is paused.",
    Reason.CLIENT_PAUSED: "Texts to this client are paused.",
    Reason.OPEN_FLAG: "A flag about this client is open; hope texts and check-ins wait for it.",
    Reason.URGENT_FLAG: "An urgent flag about this client is open; nothing automatic goes out.",
    Reason.WELCOME_FIRST: "The welcome has to reach the client before any other text.",
    Reason.STALE: "Its time had passed; sending it late would make no sense.",
    Reason.VISIT_GONE: "The visit is cancelled, in question or over.",
    Reason.VISIT_MOVED: "The visit moved; its new time has reminders of its own.",
    Reason.MERGED: "Another text about the same visit goes out within four hours.",
    Reason.QUIET_HOURS: "It is outside the hours or days at which this client may be texted.",
    Reason.OPEN_QUESTION: "Another question is open and younger than four hours.",
    Reason.REMINDER_FIRST: "A reminder is due within four hours and asks first.",
    Reason.DAILY_CAP: "The day's texts are used up or kept for more important ones.",
    Reason.NO_GOAL: "The client has no goal to ask about.",
    Reason.REPLANNED: "The plan changed while this text was waiting.",
    Reason.CAMPAIGN_ENDED: "The client is no longer in this campaign.",
    Reason.SET_ASIDE: "It could not be written; the error is listed as set aside.",
    Reason.MAY_HAVE_GONE: "A backup was put back; this client had been texted since it was made.",
}


def words(code: str) -> str:
    """The sentence for a code of the ledger; an unknown code speaks for itself."""
    return _BY_CODE.get(code, code)


_BY_CODE = {reason.value: sentence for reason, sentence in WORDS.items()}
