// The basket: cells are dragged by their grip. The buttons up and down do the same for everybody else.
let dragged = null;
let before = null; // where it stood, for a drag that is given up
let underWay = null; // an order that is shown, of which no answer says yet that it is kept

const items = () => [...document.querySelectorAll(".held")];

function show() {
  for (const grip of document.querySelectorAll("[data-grip]")) grip.hidden = false;
}

function token() {
  return document.querySelector(".held-tools [name='csrfmiddlewaretoken']").value;
}

async function arrange() {
  const to = items().indexOf(dragged);
  const address = document.querySelector("[data-arrange]").dataset.arrange;
  const values = { item: dragged.dataset.item, to: String(to), csrfmiddlewaretoken: token() };
  const mine = (underWay = { address, values });
  await htmx.ajax("POST", address, { values, target: "#basket", swap: "outerHTML" });
  if (underWay === mine) underWay = null;
}

// A request ends with its page, a beacon does not; and what is put to the same place twice stands there once.
addEventListener("pagehide", () => {
  if (underWay) navigator.sendBeacon(underWay.address, new URLSearchParams(underWay.values));
});

// Only the grip begins a drag, so that text in a cell can be marked.
document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest("[data-grip]")?.closest(".held");
  if (item) item.draggable = true;
});
document.addEventListener("pointerup", () => {
  for (const item of items()) item.draggable = false;
});
document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.(".held");
  if (!item?.draggable) return;
  dragged = item;
  before = item.nextElementSibling;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", item.dataset.item);
  item.classList.add("dragged");
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.(".held");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
});
document.addEventListener("drop", (event) => {
  if (!dragged) return;
  event.preventDefault();
  before = undefined;
  arrange();
});
document.addEventListener("dragend", () => {
  if (!dragged) return;
  if (before !== undefined) dragged.parentElement?.insertBefore(dragged, before);
  dragged.classList.remove("dragged");
  dragged.draggable = false;
  dragged = null;
});

// A button at the end stays where it is for the keyboard, but has nothing to do.
document.addEventListener("click", (event) => {
  if (event.target.closest(".held-tools [aria-disabled='true']")) event.preventDefault();
});

show();
document.addEventListener("htmx:load", show);
