// Single keys. Off while somebody types, and for those who switched them off (no data-shortcuts on <body>).
import { copy } from "./copy.js";

const PAUSE = 1200; // ms between the two keys of "g h"
const dialog = document.getElementById("keys");
let waitsForPlace = 0;

const KEYS = {
  "/": focusSearch,
  j: () => step(1),
  k: () => step(-1),
  y: copyPermalink,
  Enter: openStep,
  o: () => document.querySelector("[data-fold]")?.click(),
  "?": openHelp,
};
const PLACES = { h: ".brand", s: "form.find" };

export function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function focusSearch() {
  const fields = [...document.querySelectorAll("[data-search]")].filter((field) => field.offsetParent);
  const field = fields.at(-1);
  field?.focus();
  field?.select();
}

function openHelp() {
  if (!dialog || dialog.open) return;
  for (const term of dialog.querySelectorAll("[data-needs]")) {
    const isHere = document.querySelector(term.dataset.needs) !== null;
    term.hidden = term.nextElementSibling.hidden = !isHere;
  }
  dialog.showModal();
}

// ----- cells, hits: whatever carries data-step

export const steps = () => [...document.querySelectorAll("[data-step]")].filter((each) => each.offsetParent);
const line = () => parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;

/** The step that has the focus, or else the first that reaches below the header. */
export function currentStep(all) {
  const focused = document.activeElement?.closest("[data-step]");
  const index = all.indexOf(focused);
  return index >= 0 ? index : all.findIndex((each) => each.getBoundingClientRect().bottom > line() + 4);
}

function step(by) {
  const all = steps();
  if (!all.length) return;
  const isFocused = document.activeElement?.closest("[data-step]");
  const here = currentStep(all);
  const next = isFocused || by < 0 ? here + by : here;
  const target = all[Math.max(0, Math.min(all.length - 1, next))];
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

/** A line or a hit leads somewhere; a cell is there already. */
function openStep(event) {
  const step = event.target.closest("[data-step]");
  if (step !== event.target || step.querySelector(".cell")) return;
  step.querySelector("a[href]")?.click();
}

function copyPermalink() {
  const all = steps();
  const here = all[currentStep(all)] ?? document.querySelector("[data-permalink]");
  const link = here?.dataset.permalink ?? document.querySelector("[data-permalink]")?.dataset.permalink;
  if (link === undefined) return;
  copy(new URL(link, location.href).href);
}

// ----- g h, g s

function go(key) {
  const place = document.querySelector(PLACES[key]);
  if (place) location.assign(place.href ?? place.action);
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.timeStamp - waitsForPlace < PAUSE && event.key in PLACES) {
    waitsForPlace = 0;
    go(event.key);
  } else if (event.key === "g") {
    waitsForPlace = event.timeStamp;
  } else if (event.key in KEYS) {
    if (event.key !== "Enter") event.preventDefault();
    KEYS[event.key](event);
  }
}

if ("shortcuts" in document.body.dataset) {
  document.addEventListener("keydown", pressed);
  for (const opener of document.querySelectorAll("[data-open-keys]")) {
    opener.parentElement.hidden = false;
    opener.addEventListener("click", openHelp);
  }
  // A click beside the list closes it.
  dialog?.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
