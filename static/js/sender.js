// Sends files in portions of one upload. A portion has a number: sent twice it counts once, so it may be sent again
// whenever no answer came.
const PORTION_FILES = 100;
const PORTION_BYTES = 16 * 1024 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30]; // seconds before a portion is sent again
const KEPT = /\.(ipynb|zip|md|svg|png|jpe?g|gif|webp)$/i;

const FULL = 507; // the server's disk: it is for a person to make room, so nothing is sent again by itself

/** What the server said to files that it did not take. A final one would be said again, another not for ever. */
export class Refused extends Error {
  constructor(detail, isFinal) { super(detail); Object.assign(this, { detail, isFinal }); }
}

export class Sender {
  constructor(address, { token, space, folder, files, onProgress, onWait }) {
    Object.assign(this, { address, token, space, folder, onProgress, onWait });
    this.portions = portionsOf(files);
    this.allFiles = files.length;
    this.allBytes = files.reduce((sum, { path, file }) => sum + sent(path, file).size, 0);
    this.bytes = this.files = this.next = 0;
    this.upload = null;
    this.isBusy = false;
  }

  /** The upload as the API describes it once all is sent. Called again after an error it goes on where it was. */
  async send() {
    this.isBusy = true;
    try {
      this.upload ??= await this.post(this.address, [], { space: this.space, folder: this.folder, more: "1" });
      for (; this.next < this.portions.length; this.next += 1) await this.sendNext();
    } finally {
      this.isBusy = false;
    }
    return this.upload;
  }

  async sendNext() {
    const portion = this.portions[this.next];
    const more = this.next + 1 < this.portions.length ? "1" : "0";
    const fields = { portion: String(this.next + 1), more };
    this.upload = await this.post(`${this.address}${this.upload.id}/files/`, portion, fields);
    this.files += portion.length;
    this.bytes += portion.reduce((sum, { path, file }) => sum + sent(path, file).size, 0);
    this.report(0);
  }

  async post(address, portion, fields) {
    for (const wait of [...WAITS, null]) {
      const answer = await this.request(address, portion, fields);
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      if (answer.status === FULL) throw new Refused(detailOf(answer), false);
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw new Refused(detailOf(answer), true);
      if (wait === null) throw new Error("no answer");
      this.onWait(wait);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }

  /** One request; status 0 where none came back. fetch() cannot tell how much went up. */
  request(address, portion, fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    for (const { path, file } of portion) {
      body.append("files", sent(path, file), file.name);
      body.append("paths", path);
      body.append("modified", String(file.lastModified));
    }
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("X-CSRFToken", this.token);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.onprogress = (event) => this.report(event.loaded);
      request.onload = () => resolve({ status: request.status, body: request.response });
      request.onerror = request.onabort = request.ontimeout = () => resolve({ status: 0, body: null });
      request.send(body);
    });
  }

  report(underWay) {
    const { files, allFiles, allBytes } = this;
    this.onProgress({ bytes: Math.min(this.bytes + underWay, allBytes), allBytes, files, allFiles });
  }
}

// The server leaves out other kinds by their names: their bytes need not travel.
function sent(path, file) {
  return KEPT.test(path) ? file : new Blob([]);
}

function portionsOf(files) {
  const portions = [];
  let bytes = Infinity;
  for (const each of files) {
    const size = sent(each.path, each.file).size;
    if (bytes + size > PORTION_BYTES || portions.at(-1).length >= PORTION_FILES) {
      portions.push([]);
      bytes = 0;
    }
    portions.at(-1).push(each);
    bytes += size;
  }
  return portions;
}

function detailOf({ body, status }) {
  const first = body && typeof body === "object" ? Object.values(body).flat(3)[0] : null;
  return typeof first === "string" ? first : String(status);
}
