// The runbook page: the outline follows the reader, outputs fold, lines wrap.
import "./permalinks.js";

const outline = document.querySelector(".contents");
const cells = document.querySelector(".cells");

// ----- the outline

function follow() {
  const entries = new Map([...outline.querySelectorAll("[data-for]")].map((entry) => [entry.dataset.for, entry]));
  const headings = [...entries.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  if (!headings.length) return;
  let current;
  let isDue = false;
  let chosen; // by a click, and where the page stood then: it holds until the reader goes on

  function reached() {
    const line = readingLine();
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top <= line);
    return entries.get((passed.at(-1) ?? headings[0]).id);
  }

  function update() {
    isDue = false;
    if (chosen && Math.abs(chosen.at - scrollY) > 2) chosen = undefined;
    const entry = chosen?.entry ?? reached();
    if (entry === current) return;
    current?.removeAttribute("aria-current");
    entry.setAttribute("aria-current", "true");
    current = entry;
    keepInSight(entry);
  }

  function soon() {
    if (!isDue) requestAnimationFrame(update);
    isDue = true;
  }

  function choose() {
    const entry = entries.get(decodeURIComponent(location.hash.slice(1)));
    requestAnimationFrame(() => {
      chosen = entry && { entry, at: scrollY };
      update();
    });
  }

  addEventListener("hashchange", choose);
  outline.addEventListener("click", () => setTimeout(choose)); // the same entry again changes no hash
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  update();
  if (location.hash) choose();
}

/** Where the reader is taken to read: below the header, and lower towards the end, so that its last headings get their turn. */
function readingLine() {
  const top = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 8;
  const end = document.documentElement.scrollHeight - innerHeight;
  const left = end - scrollY;
  const stretch = Math.min(end, innerHeight);
  return left < stretch ? top + (1 - left / stretch) * (innerHeight - top) : top;
}

/** Scrolls the outline's own column, never the page. */
function keepInSight(entry) {
  const side = entry.closest(".side");
  if (!side || side.scrollHeight <= side.clientHeight) return;
  const { top, bottom } = entry.getBoundingClientRect();
  const frame = side.getBoundingClientRect();
  if (top < frame.top + 40) side.scrollTop -= frame.top + 40 - top;
  else if (bottom > frame.bottom - 40) side.scrollTop += bottom - frame.bottom + 40;
}

// ----- switches: a button, a class on the cells, a choice that is remembered

function toggle(button, className, key) {
  function set(isOn) {
    button.setAttribute("aria-pressed", String(isOn));
    cells.classList.toggle(className, isOn);
  }
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    const anchor = firstInSight();
    const before = anchor?.getBoundingClientRect().top;
    set(isOn);
    if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
    if (key) localStorage.setItem(key, isOn ? "1" : "");
  });
  if (key && localStorage.getItem(key)) set(true);
}

/** What the reader looks at stays where it is, whatever grows or shrinks above. */
function firstInSight() {
  return [...cells.children].find((row) => row.getBoundingClientRect().bottom > 80);
}

// ----- on a phone outline and facts begin closed

function closeWhereNarrow() {
  if (!matchMedia("(max-width: 900px)").matches) return;
  for (const fold of document.querySelectorAll("[data-narrow-closed]")) {
    fold.open = false;
    addEventListener("beforeprint", () => (fold.open = true));
    fold.addEventListener("click", (event) => {
      if (event.target.closest("a[href^='#']")) fold.open = false;
    });
  }
}

closeWhereNarrow();
if (outline) follow();
for (const tools of document.querySelectorAll(".reading-tools")) tools.hidden = false;
const fold = document.querySelector("[data-fold]");
const wrap = document.querySelector("[data-wrap]");
if (fold) toggle(fold, "folded-outputs");
if (wrap) toggle(wrap, "wrapped", "wrap-lines");
