"""Answers as TwiML, each with its own status callback."""

from collections.abc import Iterable

from flask import Response
from twilio.twiml.messaging_response import MessagingResponse

from outreach.delivery.carrier import status_callback
from outreach.replies.answers import Answer


def twiml(answers: Iterable[Answer], public_url: str) -> Response:
    """The response that makes the carrier send `answers`; 204 when there is nothing to say.

    Twilio's library calls `statusCallback` deprecated in favour of `action`, its manual lists
    both; receipts may come twice without harm, so both are given.
    """
    response = MessagingResponse()
    empty = True
    for answer in answers:
        address = status_callback(public_url, answer.message_id)
        response.message(answer.body, action=address, method="POST", status_callback=address)
        empty = False
    return Response(status=204) if empty else Response(str(response), mimetype="text/xml")
