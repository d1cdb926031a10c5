// A field of one line drops line breaks. Several lines that are pasted into it go to the page that looks errors up.
const KEPT = "opsnotes-pasted";
// Characters; more is no traceback, and more than the server takes. What went wrong stands at the end.
const MOST = 200_000;

for (const field of document.querySelectorAll("input[data-search]")) {
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!text.includes("\n")) return;
    event.preventDefault();
    sessionStorage.setItem(KEPT, text.slice(-MOST));
    location.assign(document.body.dataset.errors);
  });
}

const area = document.querySelector("[data-pasted]");
const kept = sessionStorage.getItem(KEPT);
area?.form.addEventListener("submit", () => {
  if (area.value.length > MOST) area.value = area.value.slice(-MOST);
});
if (area && kept) {
  sessionStorage.removeItem(KEPT);
  area.value = kept;
  area.form.requestSubmit();
}
