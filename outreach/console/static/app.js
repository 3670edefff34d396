/* What the console needs beyond htmx: cheap polls, one submit per form, and an honest sign when a
   page is no longer renewed. Every action is a real form, so all of it works without this file. */
(() => {
  "use strict";

  const stale = (shown) => {
    const sign = document.getElementById("stale");
    if (sign) sign.hidden = !shown;
  };

  // A page that asks for itself says which state it shows; the answer is 304 while that is true.
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    const tag = sourceElement.dataset.etag;
    if (tag) request.headers["If-None-Match"] = `"${tag}"`;
    request.cache = "no-store";
  });

  document.addEventListener("htmx:after:request", (event) => {
    stale(event.detail.ctx.response.status >= 400);
  });
  document.addEventListener("htmx:error", () => stale(true));

  // Holding Enter or clicking twice sends once. (The server's one-time token is the real guard.)
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Conversations open at their newest text, and follow it unless somebody scrolled up to read.
  const talks = new Map();
  const follow = () => {
    for (const talk of document.querySelectorAll(".talk")) {
      const count = talk.children.length;
      const key = talk.dataset.key || "talk";
      const nearEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 160;
      if (!talks.has(key) || (talks.get(key) !== count && nearEnd)) talk.scrollTop = talk.scrollHeight;
      talks.set(key, count);
    }
  };
  document.addEventListener("DOMContentLoaded", follow);
  document.addEventListener("htmx:after:swap", follow);
})();
