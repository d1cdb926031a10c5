// On a phone what one narrows by stands above what is found, so it begins folded; what is chosen shows beside it.
// Without this script they are open.
const narrow = document.querySelector("[data-narrow]");
const phone = matchMedia("(max-width: 900px)");

function fit() {
  if (narrow) narrow.open = !phone.matches;
}

phone.addEventListener("change", fit);
fit();
