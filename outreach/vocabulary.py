"""The words of the house: every closed list that code, tables, files and pages share.

They live below everything else, import nothing, and are the values stored in the database.
"""

from enum import StrEnum


class Language(StrEnum):
    """The languages in which the library speaks and replies are read."""

    EN = "en"
    ES = "es"


class CampaignKind(StrEnum):
    """What a campaign sends. `welcome` and `notice` belong to the service, not to a file."""

    HOPE = "hope"
    APPOINTMENT_REMINDER = "appointment_reminder"
    GOAL_CHECK_IN = "goal_check_in"


class MessageKind(StrEnum):
    """Why an outbound text exists; decides its lane, its caps and what may hold it."""

    HOPE = "hope"
    APPOINTMENT_REMINDER = "appointment_reminder"
    GOAL_CHECK_IN = "goal_check_in"
    WELCOME = "welcome"
    NOTICE = "notice"
    """A visit that a reminder had announced was moved or cancelled."""
    ANSWER = "answer"
    OPT_OUT = "opt_out"
    """The one confirmation of a revocation."""
    HELP = "help"
    SAFETY = "safety"
    STAFF = "staff"
    """Written by a staff member in the console."""
    PAGE = "page"
    """To a staff member, never to a client."""


class PromptKind(StrEnum):
    """The question a message left open."""

    APPOINTMENT = "appointment"
    SCALE = "scale"
    GOAL = "goal"
    OPEN = "open"
    NONE = "none"


class Intent(StrEnum):
    """What a reply wants, as in the contract's table "Reading replies"."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    ANSWER = "answer"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    AUTO_REPLY = "auto_reply"
    REACTION = "reaction"
    NOTE = "note"
    UNCLEAR = "unclear"
    PREFERENCE = "preference"
    REQUEST = "request"


class Concern(StrEnum):
    """What a text may be about when a person should look at it."""

    NONE = "none"
    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    HARM_TO_OTHERS = "harm_to_others"
    ABUSE = "abuse"
    OVERDOSE = "overdose"
    MEDICAL = "medical"
    PSYCHOSIS = "psychosis"
    RELAPSE = "relapse"
    MEDICATION = "medication"
    BASIC_NEEDS = "basic_needs"
    DISTRESS = "distress"


class Severity(StrEnum):
    """How fast a person must look. Compare by `rank`, never by the word."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    IMMINENT = "imminent"

    @property
    def rank(self) -> int:
        """0 for none up to 4 for imminent."""
        return _SEVERITY_ORDER.index(self)


_SEVERITY_ORDER = tuple(Severity)


class FlagReason(StrEnum):
    """Why a flag stands in the queue."""

    CONCERN = "concern"
    """The screener found something in a reply."""
    UNSCREENED = "unscreened"
    """A reply that could not be screened, read or applied."""
    LOW_SCORE = "low_score"
    SILENCE = "silence"
    REQUEST = "request"
    """The client asks for a person."""
    VISIT_CHANGE = "visit_change"
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"
    UNMATCHED = "unmatched"
    """A reply from a number that no client has."""
    UNCLEAR = "unclear"
    """Two replies in a row that software could not read."""
    MAY_REFUSE = "may_refuse"
    """A text that may ask for no more texts; software was not sure."""
    DELIVERY = "delivery"
    """A safety text without a receipt, a refused number, a fault of the sender."""
    ZONE = "zone"
    """A number that gives no hint of the client's time zone: somebody should ask."""


class FlagState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class FlagOutcome(StrEnum):
    """How a person ended a flag."""

    TALKED = "talked"
    SAFE = "safe"
    EMERGENCY = "emergency"
    REFERRED = "referred"
    NO_ANSWER = "no_answer"
    DONE = "done"
    FALSE_ALARM = "false_alarm"


class SampleVerdict(StrEnum):
    """What a person says about a reply that nothing flagged."""

    FINE = "fine"
    MISSED = "should_have_been_flagged"


class ClientStatus(StrEnum):
    """All but active stop texts."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISCHARGED = "discharged"
    DECEASED = "deceased"


class ConsentKind(StrEnum):
    """One event of the append-only consent list."""

    ASKED = "asked"
    GIVEN = "given"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"
    RESTORED = "restored"


class ConsentSource(StrEnum):
    """Who or what made a consent event; a text can undo only what a text did."""

    IMPORT = "import"
    TEXT = "text"
    STAFF = "staff"
    CARRIER = "carrier"


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CANCEL_REQUESTED = "cancel_requested"
    CHANGE_REQUESTED = "change_requested"
    CANCELLED = "cancelled"
    KEPT = "kept"
    MISSED = "missed"


class Dimension(StrEnum):
    """The four dimensions of recovery (SAMHSA)."""

    HEALTH = "health"
    HOME = "home"
    PURPOSE = "purpose"
    COMMUNITY = "community"


class Verdict(StrEnum):
    """What policy says about one touchpoint at one moment."""

    SEND = "send"
    HOLD = "hold"
    SKIP = "skip"


class TouchpointState(StrEnum):
    """`planned` waits in the due table; `released` has a message that tells the rest."""

    PLANNED = "planned"
    RELEASED = "released"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class Outcome(StrEnum):
    """How a touchpoint ended (law 5)."""

    SENT = "sent"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


class MessageState(StrEnum):
    """Where an outbound text stands; what may follow what is in delivery/states.py."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    """A lease: nothing was handed over yet."""
    HANDING_OVER = "handing_over"
    """The attempt is written; from here nobody may send it again by itself."""
    UNKNOWN = "unknown"
    ANSWERED = "answered"
    """Went out in a TwiML answer; a receipt must prove it."""
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class StaffRole(StrEnum):
    STAFF = "staff"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"
