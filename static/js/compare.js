// The comparison: n and p go from difference to difference. Off while somebody types, and for those without shortcuts.
const differences = [...document.querySelectorAll("[data-difference]")];
const WAYS = { n: 1, d: 1, p: -1 };

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** From the one that has the focus; else from what stands below the heads, which stay in sight. */
function target(by) {
  const focused = differences.indexOf(document.activeElement?.closest("[data-difference]"));
  if (focused >= 0) return differences[focused + by] ?? differences[focused];
  const isBelow = (each) => each.getBoundingClientRect().top >= 0;
  return by > 0 ? (differences.find(isBelow) ?? differences.at(-1)) : (differences.findLast((each) => !isBelow(each)) ?? differences[0]);
}

function go(by) {
  const next = target(by);
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!(event.key in WAYS) || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  go(WAYS[event.key]);
}

if (differences.length && "shortcuts" in document.body.dataset) document.addEventListener("keydown", pressed);
