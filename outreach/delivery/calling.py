"""Calling the carrier for one text whose attempt is written: opened, handed over, once."""

from outreach.delivery.attempt import HandingOver
from outreach.delivery.carrier import Answer, Carrier, Handover, OutboundText
from outreach.models import Message, unseal
from outreach.vault import VaultError


async def call(carrier: Carrier, text: HandingOver) -> Handover:
    """The carrier's answer; a text that cannot be opened is refused without a call."""
    try:
        opened = _opened(text)
    except VaultError:
        return Handover(Answer.REFUSED, code="sealed")
    return await carrier.send(opened)


def _opened(text: HandingOver) -> OutboundText:
    return OutboundText(
        message_id=text.message_id,
        sender=text.sender,
        to=unseal(Message, "number", text.message_id, text.number_sealed) or "",
        body=unseal(Message, "body", text.message_id, text.body_sealed) or "",
        useful_until=text.useful_until,
    )
