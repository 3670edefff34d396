"""The tables, one file per noun of the design."""

from outreach.models.appointment import Appointment
from outreach.models.base import Base, Instant, new_id, seal, unseal
from outreach.models.campaign import Campaign, Enrollment
from outreach.models.client import Client
from outreach.models.consent import Consent, ConsentEvent
from outreach.models.demo import DemoClockRow, SimulatedText
from outreach.models.flag import Flag, FlagEvent, Page
from outreach.models.goal import Goal, Step
from outreach.models.message import Attempt, Message, Receipt, TextUse
from outreach.models.operations import Counter, Heartbeat, SetAside
from outreach.models.program import Program, Sender
from outreach.models.progress import ProgressRecord
from outreach.models.reply import Prompt, Reply
from outreach.models.sample import SampledReply
from outreach.models.staff import AuditEvent, Membership, PasswordLink, Staff
from outreach.models.touchpoint import Decision, Touchpoint

__all__ = [
    "Appointment",
    "Attempt",
    "AuditEvent",
    "Base",
    "Campaign",
    "Client",
    "Consent",
    "ConsentEvent",
    "Counter",
    "Decision",
    "DemoClockRow",
    "Enrollment",
    "Flag",
    "FlagEvent",
    "Goal",
    "Heartbeat",
    "Instant",
    "Membership",
    "Message",
    "Page",
    "PasswordLink",
    "Program",
    "ProgressRecord",
    "Prompt",
    "Receipt",
    "Reply",
    "SampledReply",
    "Sender",
    "SetAside",
    "SimulatedText",
    "Staff",
    "Step",
    "TextUse",
    "Touchpoint",
    "new_id",
    "seal",
    "unseal",
]
