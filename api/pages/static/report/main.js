// A resident says what is wrong, and gets a link by which to follow it.

import { ask } from "../ask.js";
import { drawTowns, makeMap } from "../ground.js";
import { initWords, say, two } from "../words.js";
import { CategoryChoice } from "../cases/choosing.js";
import { PlaceChoice } from "../cases/place.js";
import { complain, data } from "../cases/words.js";

const byId = (id) => document.getElementById(id);
const form = byId("report"), done = byId("done"), where = byId("where");

initWords();
const map = makeMap("map", data);
const place = new PlaceChoice(map, (point) => {
  where.replaceChildren(point ? two("位置标好了。", "The place is marked.") : two("或在地图上点一下，或写地址。", "or tap the map, or write the address."));
  where.classList.toggle("set", Boolean(point));
});
const what = new CategoryChoice(byId("what"), (code, group) => { byId("tip-note").hidden = group !== "tip"; });

byId("locate").addEventListener("click", () => place.locate());
byId("copy").addEventListener("click", () => copy().catch(() => say("请长按链接复制。", "Press the link to copy it.", "bad")));
byId("again").addEventListener("click", restart);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

function missing() {
  if (!what.value) return ["请选是什么问题。", "Choose what is wrong.", byId("what")];
  if (!place.point && !form.elements.place.value.trim()) return ["请标出位置，或写地址。", "Mark the place, or write the address.", byId("where-title")];
  return null;
}

function words() {
  const { description, name, telephone, place: text } = form.elements;
  const own = { category: what.value, description: description.value.trim(), name: name.value.trim(), telephone: telephone.value.trim() };
  // A point says where; the words beside it are for people. Without one, the address is looked up.
  return place.point ? { ...own, ...place.point, place: text.value.trim() } : { ...own, address: text.value.trim() };
}

// One filled form is one report, however often it is sent.
let sent = { said: "", key: "" };

function keyOf(body) {
  const said = JSON.stringify(body);
  if (sent.said !== said) sent = { said, key: [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("") };
  return sent.key;
}

async function send() {
  const lacks = missing();
  if (lacks) {
    const [zh, en, node] = lacks;
    say(zh, en, "bad");
    node.scrollIntoView({ block: "start" });
    return;
  }
  byId("send").disabled = true;
  try {
    const body = words();
    const { content } = await ask("/v1/reports", { method: "POST", body, key: keyOf(body) });
    show(content);
  } catch (error) {
    complain(error);
  }
  byId("send").disabled = false;
}

function show({ number, link }) {
  const address = new URL(link, location.origin).href;
  byId("number").textContent = number;
  Object.assign(byId("link"), { href: address, textContent: address });
  form.hidden = true;
  done.hidden = false;
  done.focus();
  window.scrollTo(0, 0);
}

async function copy() {
  await navigator.clipboard.writeText(byId("link").href);
  say("链接已复制。", "The link is copied.");
}

function restart() {
  location.assign("/report");
}

// Whoever may not ask for the borders has a map all the same.
(data.resolves ? drawTowns(map).catch(complain) : Promise.resolve())
  .finally(() => { document.body.dataset.ready = "true"; });
