/* A sent text empties its box, and the box keeps the focus for the next one. */
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  if (!form.matches("form")) return;
  delete form.dataset.sent;
  if (form.matches(".type") && event.detail.ctx.response?.status < 300) form.reset();
});
