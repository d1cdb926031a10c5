// Short messages, seen for a moment and read out. Their words stand in the page, in its language.
const SHOWN_FOR = 2500; // ms
const place = document.getElementById("say");
let timer;

/** Says the sentence that the page keeps as data-<key>. */
export function say(key) {
  speak(place?.dataset[key] ?? "");
}

/** Says a sentence that came in the page's language. */
export function speak(text) {
  if (!place) return;
  clearTimeout(timer);
  place.textContent = text;
  place.classList.add("shown");
  timer = setTimeout(() => {
    place.classList.remove("shown");
    place.textContent = "";
  }, SHOWN_FOR);
}
