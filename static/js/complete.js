// Completes fields and values of a query while it is typed, and recalls searches that begin so: a combobox with a list
// below it. Nothing is taken that was not chosen with the arrows or a finger, so Enter searches for what one typed.
// While a Japanese keyboard composes a word, its keys are its own.
const PAUSE = 120; // ms without a key before the server is asked
const KEPT = 200; // answers of this page
const address = document.body.dataset.complete;
const answers = new Map();

// Python counts characters, a browser halves of those beyond U+FFFF.
const length = (text) => [...text].length;
const upTo = (text, count) => [...text].slice(0, count).join("").length;

async function ask(query, at, signal) {
  const key = `${at} ${query}`;
  if (answers.has(key)) return answers.get(key);
  const response = await fetch(`${address}?${new URLSearchParams({ q: query, at })}`, { signal });
  if (!response.ok) return { options: [], searches: [] };
  const answer = await response.json();
  if (answers.size >= KEPT) answers.clear();
  answers.set(key, answer);
  return answer;
}

class Completion {
  constructor(field, number) {
    this.field = field;
    this.only = field.dataset.complete ? `${field.dataset.complete}:` : ""; // values of one field alone
    this.options = [];
    this.active = -1;
    this.list = document.createElement("ul");
    this.list.id = `completions-${number}`;
    this.list.className = "completions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", document.body.dataset.completions);
    field.after(this.list);
    field.parentElement.classList.add("completed");
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) field.setAttribute(name, value);
    field.addEventListener("input", (event) => event.isComposing || this.soon());
    field.addEventListener("compositionstart", () => this.close());
    field.addEventListener("compositionend", () => this.soon());
    field.addEventListener("keydown", (event) => this.pressed(event));
    field.addEventListener("blur", () => this.close());
    field.addEventListener("click", () => field.value || this.only || this.look());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.take([...this.list.children].indexOf(item));
    });
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  /** At an empty place only searches open by themselves; an arrow opens all fields there too. */
  async look({ isAsked = false } = {}) {
    this.asking?.abort();
    this.asking = new AbortController();
    const { value, selectionStart } = this.field;
    // In a field of a form names stand with commas between: the one at the cursor is asked for.
    const begin = this.only ? value.slice(0, selectionStart).match(/^(?:.*,)?\s*/)[0].length : 0;
    const before = value.slice(begin, selectionStart);
    const isBegun = isAsked || this.only || !/(^|[\s(])-?$/.test(before);
    try {
      const query = this.only + value.slice(begin);
      const answer = await ask(query, length(this.only + before), this.asking.signal);
      this.shift = length(value.slice(0, begin)) - length(this.only);
      const options = [...(this.only ? [] : answer.searches), ...(isBegun ? answer.options : [])];
      if (value === this.field.value && document.activeElement === this.field) this.show(answer, options);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // without an answer one types on
    }
  }

  show(answer, options) {
    [this.start, this.end] = [answer.start + this.shift, answer.end + this.shift];
    this.options = options;
    this.list.replaceChildren(...this.options.map((option, index) => this.item(option, index)));
    this.list.hidden = !this.options.length;
    this.field.setAttribute("aria-expanded", String(this.options.length > 0));
    this.activate(-1);
  }

  item(option, index) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.kind = option.kind;
    for (const [name, text] of [["value", option.label], ["means", option.about], ["hits", option.count ?? ""]]) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      if (text !== "") item.append(part, " ");
    }
    return item;
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  activate(index) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const item = this.list.children[index];
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    if (item) this.field.setAttribute("aria-activedescendant", item.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /** Around, by way of the field itself. */
  move(by) {
    const places = this.options.length + 1;
    this.activate(((this.active + 1 + by + places) % places) - 1);
  }

  pressed(event) {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.list.hidden) {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      this.look({ isAsked: true });
      return;
    }
    const isChosen = this.active >= 0;
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Escape") this.close();
    else if (isChosen && (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey))) this.take(this.active);
    else {
      if (["Enter", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) this.close();
      return;
    }
    event.preventDefault();
  }

  take(index) {
    const option = this.options[index];
    this.close();
    if (option.url) return location.assign(option.url);
    const { value } = this.field;
    const isWhole = option.kind === "past";
    const [start, end] = isWhole ? [0, value.length] : [upTo(value, this.start), upTo(value, this.end)];
    let text = option.text;
    if (!isWhole && !option.goes_on && !this.only && !/^[\s),]/.test(value.slice(end))) text += " ";
    this.field.setSelectionRange(start, end);
    // The one way that can be undone with Ctrl+Z; it tells of itself as what is typed does.
    if (!document.execCommand("insertText", false, text)) {
      this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
    }
    if (option.goes_on) this.soon();
  }
}

if (address) {
  document.querySelectorAll("input[data-search], input[data-complete]").forEach((field, number) => new Completion(field, number));
}
