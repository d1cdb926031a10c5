// The upload page: files, whole folders or zips go up in portions of one upload, and what broke on the way goes again.
import { filesOf } from "./dropped.js";
import { Sender } from "./sender.js";

const NAMES_SHOWN = 5;
const form = document.querySelector("[data-upload]");
const words = document.querySelector("[data-words]").dataset;
const part = (name) => form.querySelector(`[data-${name}]`);
const fill = (text, values) => text.replace(/%(\w+)/g, (whole, name) => values[name] ?? whole);
const number = (value) => value.toLocaleString(document.documentElement.lang);
const plainInput = form.querySelector('input[type="file"][name="files"]');
const folderInput = part("folder-input");

let chosen = new Map(); // path -> File
let sender = null;

for (const shown of form.querySelectorAll("[data-with-script]")) shown.hidden = false;
part("plain").hidden = true;
plainInput.required = false;

part("drop").addEventListener("click", (event) => {
  const choose = event.target.closest("[data-choose]")?.dataset.choose;
  if (choose === "files") plainInput.click();
  if (choose === "folder") folderInput.click();
});
for (const input of [plainInput, folderInput]) {
  input.addEventListener("change", () => {
    add([...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    input.value = "";
  });
}
part("clear").addEventListener("click", () => { chosen = new Map(); sender = null; show(); });

for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    part("drop").classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) part("drop").classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  part("drop").classList.remove("over");
  if (sender?.isBusy) return;
  say(words.reading);
  add(await filesOf(event.dataTransfer));
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!chosen.size) return fail(words.nothing);
  send();
});
window.addEventListener("beforeunload", (event) => { if (sender?.isBusy) event.preventDefault(); });

function add(files) {
  sender = null; // other files than before are another upload
  for (const { path, file } of files) chosen.set(path, file);
  show();
}

function show() {
  const paths = [...chosen.keys()];
  part("chosen").hidden = !paths.length;
  part("error").hidden = true;
  const size = [...chosen.values()].reduce((sum, file) => sum + file.size, 0);
  const count = paths.length === 1 ? words.one : fill(words.many, { n: number(paths.length) });
  part("summary").textContent = `${count}, ${megabytes(size)}`;
  const shown = paths.slice(0, NAMES_SHOWN).map(line);
  if (paths.length > NAMES_SHOWN) shown.push(line(fill(words.more, { n: number(paths.length - NAMES_SHOWN) })));
  part("names").replaceChildren(...shown);
  say(paths.length ? part("summary").textContent : "");
}

function line(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function megabytes(bytes) {
  const format = (value, unit) => new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit, maximumFractionDigits: 1,
  }).format(value);
  return bytes < 1024 * 1024 ? format(bytes / 1024, "kilobyte") : format(bytes / 1024 / 1024, "megabyte");
}

async function send() {
  sender ??= new Sender(form.dataset.api, {
    token: form.elements.csrfmiddlewaretoken.value,
    space: form.elements.space.value,
    folder: form.elements.folder.value,
    files: [...chosen].map(([path, file]) => ({ path, file })),
    onProgress: progress,
    onWait: (seconds) => status(fill(words.again, { n: seconds })),
  });
  busy(true);
  try {
    const upload = await sender.send();
    location.assign(upload.url);
  } catch (error) {
    busy(false);
    fail(error.detail ? `${words.refused} ${error.detail}` : words.givenUp);
    if (error.isFinal) sender = null;
    part("send").textContent = error.isFinal ? words.upload : words.goingOn;
  }
}

function busy(isBusy) {
  part("progress").hidden = false;
  part("error").hidden = true;
  for (const control of form.querySelectorAll("button, input, select")) control.disabled = isBusy;
}

function progress({ bytes, allBytes, files, allFiles }) {
  part("progress").querySelector("progress").value = allBytes ? bytes / allBytes : 1;
  status(fill(words.sending, { done: number(files), total: number(allFiles) }));
}

function status(text) {
  part("status").textContent = text;
  say(text);
}

// Read out at most every few seconds, the last always.
let spokenAt = 0;
let later = 0;
function say(text) {
  clearTimeout(later);
  const wait = Math.max(0, spokenAt + 4000 - Date.now());
  later = setTimeout(() => { spokenAt = Date.now(); part("say").textContent = text; }, wait);
}

function fail(text) {
  part("error").textContent = text;
  part("error").hidden = false;
}
