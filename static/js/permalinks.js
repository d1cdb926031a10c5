// What stands behind "#" never reaches the server. A very long notebook is shown in parts: from a permalink to a cell
// that is not on this page, on to the page that has it. From a MEME that the notebook has no longer, on to its family.
const cells = document.querySelector(".cells");

/** The query that leads there; "" where it is here, or is a cell on no page at all. */
function elsewhere() {
  const [, cell] = /^#cell-(\d+)/.exec(location.hash) ?? [];
  if (cell !== undefined) return isElsewhere(Number(cell)) ? `?from=${cell}${location.hash}` : "";
  const [, meme] = /^#meme-([0-9a-f-]{36})$/i.exec(location.hash) ?? [];
  // The server knows which cell bears it, if any does. Not by ":target": that comes only after this script.
  return meme && !document.getElementById(`meme-${meme.toLowerCase()}`) ? `?meme=${meme}` : "";
}

function isElsewhere(index) {
  const { first, stop, total = 0 } = cells.dataset; // where there is one page alone it has none of these
  return index < Number(total) && (index < Number(first) || index >= Number(stop));
}

function seek() {
  const query = elsewhere();
  if (query) location.replace(query);
}

if (cells) {
  seek();
  addEventListener("hashchange", seek);
}
