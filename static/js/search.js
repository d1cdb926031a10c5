// On a phone the facets stand above the hits, so they begin folded: what is chosen shows as chips.
// Without this script they are open.
const narrow = document.querySelector("[data-narrow]");
const phone = matchMedia("(max-width: 900px)");

function fit() {
  if (narrow) narrow.open = !phone.matches;
}

phone.addEventListener("change", fit);
fit();
