"""Safety replies: what a worrying text is answered with, and making sure that it arrived.

At most one per episode unless its severity rises. A text says that staff were told only when a
page was accepted. What has no receipt after two minutes is looked up at the carrier, then sent
again by REST, and staff are paged.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from structlog import get_logger

from outreach.content.crisis_lines import crisis_variables, safety_text_id
from outreach.content.library import Library
from outreach.content.render import render
from outreach.content.said import contact_words
from outreach.database import Database
from outreach.delivery.carrier import Carrier, CarrierText, LookUpError
from outreach.delivery.outbox import Outbound, message_row
from outreach.delivery.receipts import record_receipt
from outreach.models import Flag, Message, Page, Reply, unseal
from outreach.programs.file import ProgramFile
from outreach.programs.loaded import load_program
from outreach.safety.clocks import RECEIPT_WITHIN, is_paged
from outreach.safety.flags import Alarm, add_event, open_or_join
from outreach.vocabulary import (
    Concern,
    FlagReason,
    FlagState,
    MessageKind,
    MessageState,
    Severity,
)
