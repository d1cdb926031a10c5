// Sticky notes: forms that open in their place, drafts that survive a reload, what a press of a key does.
// Without this module every link leads to a page of its own and every button sends its form.

const FORM = "form.note-form";
const WAITING = 400; // ms after the last key until a draft is kept
const STATUSES = [409, 410, 422, 429]; // answers that are shown as they are: they say what is wrong

import { currentStep, isTyping, steps } from "./keys.js";

// ----- where a note stands

const rowOf = (element) => element.closest(".row");
const spotOf = (element) => new URL(element.href ?? element.formAction, location.href).searchParams.get("at");

/** The place whose notes an answer replaces: "12:5" is a cell, "12" the runbook. */
function placeOf(spot) {
  const [, index] = (spot ?? "").split(":");
  return document.getElementById(index === undefined ? "notes" : `notes-${index}`);
}

function openThreads(place) {
  const roots = [place, place?.parentElement?.querySelector(".warnings")].filter(Boolean);
  return roots.flatMap((root) => [...root.querySelectorAll("details[data-note][open]")]).map((each) => each.dataset.note);
}

/** Puts in what the server answered; what was open stays open. */
async function send(url, values, spot, source) {
  const place = placeOf(spot);
  const row = place && rowOf(place);
  const opened = openThreads(place);
  const id = place.id;
  await htmx.ajax("POST", url, { values, target: `#${id}`, swap: "outerHTML", source });
  const fresh = document.getElementById(id);
  for (const note of opened) fresh?.querySelector(`details[data-note="${note}"]`)?.setAttribute("open", "");
  row?.classList.toggle("noted", Boolean(row.querySelector(".notes > *, .warnings > *")));
  if (row?.classList.contains("noted")) row.closest(".frame")?.classList.add("has-notes");
}

// ----- forms

const writers = () => document.querySelectorAll(".note-writer");

function closeWriter(writer) {
  const opener = writer.opener;
  writer.remove();
  opener?.isConnected && opener.focus({ preventScroll: true });
}

/** The element that a form opens in: below the cell for a new note, at the end of the thread for an answer. */
function writerFor(link) {
  const writer = document.createElement("div");
  writer.className = "note-writer";
  writer.opener = link;
  const thread = link.closest("[data-note]");
  if (thread) (link.closest(".note-body") ?? thread).append(writer);
  else (rowOf(link) ?? link.closest(".notes")).append(writer);
  return writer;
}

async function openForm(link, quote = "") {
  for (const open of writers()) closeWriter(open);
  const writer = writerFor(link);
  await htmx.ajax("GET", link.href, { target: writer, swap: "innerHTML" });
  const form = writer.querySelector(FORM);
  if (!form) return location.assign(link.href);
  if (quote) setQuote(form, quote);
  form.querySelector("textarea[name=body]").focus();
  writer.scrollIntoView({ block: "nearest" });
}

function setQuote(form, quote) {
  const field = form.elements.quote;
  if (!field || field.value) return;
  field.value = quote;
  field.closest("details").open = true;
}

/** What is selected in the cell, or the note, that a link belongs to. */
function selectedAt(link) {
  const selection = getSelection();
  const text = selection?.toString().trim() ?? "";
  const root = link.closest("[data-note]") ?? rowOf(link);
  return text && root?.contains(selection.anchorNode) && !link.contains(selection.anchorNode) ? text.slice(0, 2000) : "";
}

// ----- drafts

// Of one person: who logs in next at the same browser does not read them.
const keyFor = (name) => `note-draft:${document.body.dataset.person ?? ""}:${name}`;
const keyOf = (form) => keyFor(form.dataset.draft);
const SENT = "note-sent";
const timers = new WeakMap();

function keep(form) {
  if (!form.dataset.draft) return;
  const { body, quote } = form.elements;
  const draft = { body: body.value, quote: quote?.value ?? "" };
  if (draft.body.trim()) localStorage.setItem(keyOf(form), JSON.stringify(draft));
  else localStorage.removeItem(keyOf(form));
}

function restore(form) {
  if (!form.dataset.draft || form.elements.body.value) return;
  const draft = JSON.parse(localStorage.getItem(keyOf(form)) ?? "null");
  if (!draft) return;
  form.elements.body.value = draft.body;
  if (draft.quote) setQuote(form, draft.quote);
}

function stopKeeping(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
}

function keepSoon(form) {
  stopKeeping(form);
  timers.set(form, setTimeout(keepNow, WAITING, form));
}

function keepNow(form) {
  stopKeeping(form);
  keep(form);
}

function forget(form) {
  stopKeeping(form);
  if (form.dataset.draft) localStorage.removeItem(keyOf(form));
}

/** A form on a page of its own: what it holds stays until the answer says that it is saved. */
function keepSent(form) {
  keepNow(form);
  if (form.dataset.draft) sessionStorage.setItem(SENT, JSON.stringify({ key: keyOf(form), from: location.href }));
}

/** Who leaves in the middle of a word finds it again. */
function keepAll() {
  for (const form of document.querySelectorAll(FORM)) if (timers.has(form)) keepNow(form);
}
addEventListener("pagehide", keepAll);

/** Once such a form was answered by the note that became of it. */
function forgetSent() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "null");
  if (!sent || sent.from === location.href) return;
  sessionStorage.removeItem(SENT);
  if (location.hash.startsWith("#note-")) localStorage.removeItem(sent.key);
}

/** Says where something begun is waiting. */
function markDrafts() {
  for (const link of document.querySelectorAll("[data-note-draft]")) {
    link.classList.toggle("has-draft", localStorage.getItem(keyFor(link.dataset.noteDraft)) !== null);
  }
}

// ----- what people do

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a[data-note-form], a[data-note-difference], a[data-note-cancel]");
  if (!link || !window.htmx) return;
  const writer = link.closest(".note-writer");
  if (link.matches("[data-note-cancel]")) {
    if (!writer) return;
    event.preventDefault();
    closeWriter(writer);
    markDrafts();
  } else if (spotOf(link) || link.matches("[data-note-new]")) {
    event.preventDefault();
    if (link.matches("[data-note-difference]")) showDifference(link);
    else openForm(link, selectedAt(link));
  }
});

async function showDifference(link) {
  const mark = link.parentElement;
  const shown = mark.nextElementSibling;
  if (shown?.matches(".note-difference")) return shown.remove();
  await htmx.ajax("GET", link.href, { target: mark, swap: "afterend" });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.id === "note-act") {
    if (!placeOf(spotOf(button))) return; // on a page of its own: the page comes again
    event.preventDefault();
    await send(button.formAction, Object.fromEntries(new FormData(form, button)), spotOf(button), button);
  } else if (form.matches(FORM)) {
    const writer = form.closest(".note-writer");
    const isPreview = button?.name === "preview";
    if (!writer) return isPreview || keepSent(form);
    event.preventDefault();
    await submit(form, writer, button, isPreview);
  }
});

async function submit(form, writer, button, isPreview) {
  const values = Object.fromEntries(new FormData(form, button));
  if (isPreview) return htmx.ajax("POST", form.action, { values, target: writer, swap: "innerHTML" });
  if (!form.reportValidity()) return;
  let wasRefused = false;
  const answered = (told) => {
    const { xhr } = told.detail;
    wasRefused = xhr.status >= 400;
    if (STATUSES.includes(xhr.status)) Object.assign(told.detail, { shouldSwap: true, isError: false, target: writer, swapOverride: "innerHTML" });
  };
  document.body.addEventListener("htmx:beforeSwap", answered);
  await send(form.action, values, form.dataset.at, undefined).finally(() => document.body.removeEventListener("htmx:beforeSwap", answered));
  if (wasRefused) return;
  forget(form);
  markDrafts();
  if (writer.isConnected) closeWriter(writer);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest(FORM);
  if (form?.dataset.draft) keepSoon(form);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(FORM);
  if (!form || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.primary"));
  } else if (event.key === "Escape" && form.closest(".note-writer")) {
    event.preventDefault();
    keep(form);
    closeWriter(form.closest(".note-writer"));
    markDrafts();
  }
});

// Drafts of forms that htmx brings, and of a page that is only a form.
function prepare(root) {
  for (const form of root.querySelectorAll(FORM)) restore(form);
  if (root.matches?.(FORM)) restore(root);
}
document.addEventListener("htmx:load", (event) => prepare(event.target));
forgetSent();
prepare(document);
markDrafts();

// ----- n and r

function here(selector) {
  const all = steps();
  const step = all[currentStep(all)];
  const found = [...(step?.querySelectorAll(selector) ?? [])];
  return found.find((each) => each.offsetParent) ?? found[0] ?? (step?.matches(".row") ? null : document.querySelector(selector));
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (!["n", "r"].includes(event.key) || document.querySelector("dialog[open]")) return;
  const link = here(event.key === "n" ? "[data-note-new]" : "[data-note-reply]");
  if (!link) return;
  event.preventDefault();
  link.closest("details[data-note]")?.setAttribute("open", "");
  link.click();
}
if ("shortcuts" in document.body.dataset) document.addEventListener("keydown", pressed);

// A page with very many threads has only their first lines.
document.addEventListener("toggle", (event) => {
  const later = event.target.open && event.target.querySelector?.("[data-note-later]");
  if (!later || !window.htmx) return;
  const url = `${later.querySelector("a").href}?at=${later.dataset.noteLater}`;
  htmx.ajax("GET", url, { target: later.parentElement, swap: "innerHTML" });
}, true);

// A link to a note opens it, and its thread.
function openTarget() {
  const note = location.hash.startsWith("#note-") && document.getElementById(location.hash.slice(1));
  const closed = note && note.closest("details[data-note]");
  if (!closed || closed.open) return;
  closed.open = true;
  note.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", openTarget);
openTarget();
