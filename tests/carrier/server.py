"""The HTTP side of the test carrier: Twilio's message resource, receipts, and a control door."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.carrier.ledger import Behaviour, Entry, Ledger

Handler = Callable[[web.BaseRequest, bytes], Awaitable[web.StreamResponse]]


class CutConnectionError(Exception):
    """The connection ends without an answer."""


class CarrierServer:
    """Serve on 127.0.0.1; `behaviour` and `ledger` may be looked at and changed while running."""

    def __init__(self, token: str, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or Behaviour()
        self.ledger = Ledger()
        self._token = token
        self._random = random.Random(20261118)
        self._posting: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> int:
        """Listen; returns the port."""
        self._callbacks = aiohttp.ClientSession()
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        for task in list(self._posting):
            task.cancel()
        await self._callbacks.close()
        await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        try:
            return await self._route(request)(request, body)
        except CutConnectionError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    def _route(self, request: web.BaseRequest) -> Handler:
        path = request.path
        if path == "/control/behaviour":
            return self._behave
        if path == "/control/ledger":
            return self._show
        if path == "/control/inbound":
            return self._inbound
        if path.endswith("/Messages.json"):
            return self._create if request.method == "POST" else self._list
        return self._fetch

    async def _create(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.ledger.posts.append(fields)
        b = self.behaviour
        if b.latency:
            await asyncio.sleep(b.latency)
        refused = b.refuse.get(fields.get("To", ""))
        if refused:
            return _error(400, refused)
        fault = self._fault()
        if fault == "cut":
            raise CutConnectionError
        if fault == "throttle":
            return _error(429, 20429)
        if fault == "error_500":
            return web.Response(status=500, text="<html>oops</html>", content_type="text/html")
        entry = self.ledger.take(fields)
        self._report(entry)
        if fault == "lose_answer":
            raise CutConnectionError
        if fault == "error_500_taken":
            return _error(500, 20500)
        if fault == "garble":
            return web.Response(status=201, text="<html>created?</html>")
        return web.json_response(entry.as_twilio(_account(request)), status=201)

    def _fault(self) -> str | None:
        """Which fault, if any, this POST meets; shares add up."""
        dice = self._random.random()
        for name in ("lose_answer", "cut", "error_500_taken", "error_500", "throttle", "garble"):
            share = getattr(self.behaviour, name)
            if dice < share:
                return name
            dice -= share
        return None

    async def _list(self, request: web.BaseRequest, _body: bytes) -> web.StreamResponse:
        if self.behaviour.list_fails:
            return _error(500, 20500)
        query = dict(parse_qsl(request.query_string))
        since = query.get("DateSent>") or query.get("DateSent")
        to = query.get("To")
        if self.behaviour.ignores_filters:
            to = since = None
        found = self.ledger.newest_first(to=to, since=since)
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        account = _account(request)
        more = None
        if len(found) > (page + 1) * size:
            more = f"{request.path}?{urlencode(query | {'Page': str(page + 1)})}"
        shown = found[page * size : (page + 1) * size]
        return web.json_response(
            {
                "messages": [e.as_twilio(account, redacted=self.behaviour.redacts) for e in shown],
                "page": page,
                "page_size": size,
                "next_page_uri": more,
            }
        )

    async def _fetch(self, request: web.BaseRequest, _body: bytes) -> web.StreamResponse:
        if self.behaviour.list_fails:
            return _error(500, 20500)
        entry = self.ledger.by_sid(request.path.rsplit("/", 1)[-1].removesuffix(".json"))
        if entry is None:
            return _error(404, 20404)
        return web.json_response(entry.as_twilio(_account(request)))

    def _report(self, entry: Entry) -> None:
        """Post this text's receipts, signed, in the order or disorder asked for."""
        if not self.behaviour.receipts or not entry.callback:
            return
        statuses = self.behaviour.receipts * self.behaviour.repeat
        if self.behaviour.shuffle:
            self._random.shuffle(statuses)
        entry.status = self.behaviour.receipts[-1]
        task = asyncio.create_task(self._post_receipts(entry, statuses))
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    async def _post_receipts(self, entry: Entry, statuses: list[str]) -> None:
        url = entry.callback.partition("#")[0]
        for status in statuses:
            form = {"MessageSid": entry.sid, "MessageStatus": status, "To": entry.to}
            if status in {"failed", "undelivered"} and self.behaviour.fail_with:
                form["ErrorCode"] = str(self.behaviour.fail_with)
            signature = RequestValidator(self._token).compute_signature(url, form)
            headers = {"X-Twilio-Signature": signature}
            try:
                async with self._callbacks.post(url, data=form, headers=headers):
                    pass
            except (aiohttp.ClientError, TimeoutError):
                continue  # the service is down; Twilio would give up after its repeats too

    async def _behave(self, _request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        known = {field.name for field in fields_of(Behaviour)}
        for name, value in json.loads(body).items():
            if name not in known:
                return web.Response(status=400, text=name)
            setattr(self.behaviour, name, value)
        return web.json_response({})

    async def _show(self, _request: web.BaseRequest, _body: bytes) -> web.StreamResponse:
        entries = self.ledger.as_json()
        return web.json_response({"posts": len(self.ledger.posts), "entries": entries})

    async def _inbound(self, _request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        given: dict[str, Any] = json.loads(body)
        given["at"] = datetime.fromisoformat(given["at"])
        return web.json_response({"sid": self.ledger.receive(**given).sid})


def _error(status: int, code: int) -> web.Response:
    body = {"code": code, "message": "no", "status": status, "more_info": ""}
    return web.json_response(body, status=status)


def _account(request: web.BaseRequest) -> str:
    return request.path.split("/")[3]
