// The plan on the server: what is read of it, and changes that go there one after the other.

import { ask, csrf } from "../ask.js";

export const plans = async () => (await ask("/v1/plans?state=draft&limit=200")).content.plans;

export async function begin(name) {
  return (await ask("/v1/plans", { method: "POST", body: { name } })).content.id;
}

// Whether nobody knows what became of a request.
export const isLost = ({ status }) => status === 0 || status >= 500;

export class Plan {
  constructor(id) {
    this.id = id;
    this.path = `/v1/plans/${id}`;
    this.waiting = 0;
    this._last = Promise.resolve();
    // Rises when a change is refused: those behind it were made on what never came to be.
    this._line = 0;
  }

  async refresh() {
    const { content, tag } = await ask(this.path);
    this.detail = content;
    this.tag = tag;
    return content;
  }

  // The version that changes are made on now.
  get version() {
    return Number(/-v(\d+)-/.exec(this.tag)[1]);
  }

  async get(what) {
    return (await ask(`${this.path}/${what}`)).content;
  }

  // Send a change when those before it have been answered. Rejects with `dropped` where one of
  // them was refused.
  change(what, body) {
    const line = this._line;
    this.waiting += 1;
    const done = this._last.then(async () => {
      if (line !== this._line) throw Object.assign(new Error("dropped"), { dropped: true });
      try {
        const { content, tag } = await ask(`${this.path}/${what}`, { method: "POST", body, tag: this.tag });
        this.tag = tag;
        return content;
      } catch (error) {
        this._line += 1;
        throw error;
      }
    });
    this._last = done.catch(() => {}).finally(() => { this.waiting -= 1; });
    return done;
  }

  // Keep a place in the line for a change that a hand is still making: whoever reads the plan waits
  // for it. Gives back what frees the place.
  hold() {
    let free;
    const held = new Promise((done) => { free = done; });
    this.waiting += 1;
    this._last = this._last.then(() => held).finally(() => { this.waiting -= 1; });
    return free;
  }

  // When all changes so far have been answered.
  get settled() {
    return this._last;
  }
}

// Server-sent events of an answer to a POST: calls `heard(event, data)` for each.
export async function stream(path, body, heard, signal) {
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream", ...csrf() };
  const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!reply.ok) {
    const { detail, title, fix } = await reply.json();
    throw Object.assign(new Error(detail || title), { status: reply.status, fix });
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value.replaceAll("\r\n", "\n");
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const event = parsed(text.slice(0, end));
      if (event.data) heard(event.name, JSON.parse(event.data));
    }
  }
}

function parsed(block) {
  const event = { name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) || [];
    if (field === "event") event.name = value;
    else if (field === "data") event.data += (event.data && "\n") + value;
  }
  return event;
}
