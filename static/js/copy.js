// Buttons that copy: data-copy="text", data-copy-link="address", data-copy-from="selector" (the text of an element).
// They carry `hidden` in the page, since without this module they would do nothing.
import { say } from "./say.js";

const SHOWN_FOR = 1500; // ms
const BUTTONS = "[data-copy], [data-copy-link], [data-copy-from]";

function show(root) {
  for (const button of root.querySelectorAll(BUTTONS)) button.hidden = false;
}

function textOf({ dataset }) {
  if (dataset.copy !== undefined) return dataset.copy;
  if (dataset.copyLink !== undefined) return new URL(dataset.copyLink, location.href).href;
  return document.querySelector(dataset.copyFrom)?.textContent ?? "";
}

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers keep the clipboard from pages that came by plain http; this older way still works there.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("the browser does not let us copy");
}

/** Copies `text` and says so; `button`, where there is one, shows it for a moment. */
export async function copy(text, button) {
  try {
    await write(text);
  } catch {
    say("copyFailed");
    return;
  }
  say("copied");
  button?.classList.add("copied");
  setTimeout(() => button?.classList.remove("copied"), SHOWN_FOR);
}

show(document);
document.addEventListener("htmx:load", (event) => show(event.target));
document.addEventListener("click", (event) => {
  const button = event.target.closest(BUTTONS);
  if (button) copy(textOf(button), button);
});
