// Buttons that put a cell or a section into the basket: without this the page comes again, with it it stays.
import { speak } from "./say.js";

const SHOWN_FOR = 1500; // ms

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "collect" || !event.submitter) return;
  event.preventDefault();
  const button = event.submitter;
  await htmx.ajax("POST", form.action, { values: Object.fromEntries(new FormData(form, button)), swap: "none" });
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), SHOWN_FOR);
});
// What an answer says beside its HTML.
document.addEventListener("said", (event) => speak(event.detail.value));
