// The history of a cell unfolds below it. Without this module its line is a link to a page of its own.
const LINKS = "a[data-ran]";
let number = 0;

function prepare(link) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
}

function unfolded(link) {
  const panel = document.createElement("div");
  panel.className = "ran-panel";
  panel.id = `ran-${++number}`;
  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", link.textContent);
  panel.setAttribute("aria-live", "polite");
  link.closest(".margin").after(panel);
  link.setAttribute("aria-controls", panel.id);
  return panel;
}

async function toggle(link) {
  const shown = document.getElementById(link.getAttribute("aria-controls") ?? "");
  const panel = shown ?? unfolded(link);
  if (shown) panel.hidden = !panel.hidden;
  link.setAttribute("aria-expanded", String(!panel.hidden));
  if (!shown) await htmx.ajax("GET", link.href, { target: panel, swap: "innerHTML" });
}

function failed({ detail }) {
  if (!detail.target?.matches?.(".ran-panel")) return;
  location.assign(detail.pathInfo.requestPath); // the page of its own says what is wrong
}

for (const link of document.querySelectorAll(LINKS)) prepare(link);
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:sendError", failed);
document.addEventListener("click", (event) => {
  const link = event.target.closest(LINKS);
  if (!link || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  toggle(link);
});
document.addEventListener("keydown", (event) => {
  const link = event.key === " " && event.target.closest?.(LINKS);
  if (!link) return;
  event.preventDefault(); // what is said to be a button answers the space bar too
  link.click();
});
