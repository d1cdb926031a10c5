// A very long notebook is shown in parts, and what stands behind "#" never reaches the server: from a permalink to
// a cell that is not on this page, on to the page that has it.
const cells = document.querySelector(".cells[data-total]");

/** The query that leads there; "" where it is here, or on no page at all. */
function elsewhere() {
  const [, cell] = /^#cell-(\d+)/.exec(location.hash) ?? [];
  if (cell !== undefined) return isElsewhere(Number(cell)) ? `?from=${cell}${location.hash}` : "";
  const [, meme] = /^#meme-([0-9a-f-]{36})$/i.exec(location.hash) ?? [];
  // The server knows which cell bears it. Not by ":target": that comes only after this script.
  return meme && !document.getElementById(`meme-${meme.toLowerCase()}`) ? `?meme=${meme}` : "";
}

function isElsewhere(index) {
  const { first, stop, total } = cells.dataset;
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
