"""What Twilio (or the simulated network) posts: inbound texts and receipts."""

import re

from flask import Blueprint, Response, g

from outreach.delivery.receipts import record_receipt
from outreach.replies.inbound import inbound_text
from outreach.replies.receive import UnknownSenderError, receive
from webhooks.access import Caller, open_to
from webhooks.metrics import count_forever
from webhooks.parts import parts
from webhooks.twiml import twiml

_OUR_ID = re.compile("[0-9a-f]{32}")

routes = Blueprint("twilio", __name__, url_prefix="/twilio")


@routes.post("/sms")
@routes.post("/fallback", endpoint="fallback")
@open_to(Caller.CARRIER)
def sms() -> Response:
    """An inbound text: stored, screened, read, applied and answered; 204 for nobody's number."""
    started = parts().started
    try:
        answers = receive(
            started.database,
            parts().library,
            inbound_text(g.form),
            now=started.clock.now(),
            screener=parts().screener,
        )
    except UnknownSenderError:
        count_forever(started.database, "inbound_unknown_to")
        return Response(status=204)
    return twiml(answers, started.settings.public_url or "")


@routes.post("/status/<message_id>")
@open_to(Caller.CARRIER)
def status(message_id: str) -> Response:
    """A receipt: kept whatever it says, folded into the message's state in any order."""
    started = parts().started
    form = dict(reversed(g.form))  # of a repeated parameter the first counts
    if not _OUR_ID.fullmatch(message_id):
        count_forever(started.database, "receipt_unknown_message")
        return Response(status=204)
    with started.database.write() as session:
        known = record_receipt(
            session,
            message_id=message_id,
            sid=form.get("MessageSid"),
            status=form.get("MessageStatus") or form.get("SmsStatus", ""),
            error=form.get("ErrorCode") or None,
            now=started.clock.now(),
        )
    if not known:
        count_forever(started.database, "receipt_unknown_message")
    return Response(status=204)
