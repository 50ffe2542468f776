// A grid member reports what they see, with a picture; solved on the spot where it is.

import { say, two } from "../words.js";
import { drawTowns, makeMap } from "../ground.js";
import { ask } from "../ask.js";
import { CategoryChoice } from "../cases/choosing.js";
import { PlaceChoice } from "../cases/place.js";
import { complain, data } from "../cases/words.js";
import { sendPicture, takeStep } from "../cases/steps.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("report-dialog"), form = byId("report");
// What was told already, so that a picture that fails does not tell it twice.
let what = null, place = null, told = null;

export function initReport(done) {
  byId("new").addEventListener("click", open);
  byId("cancel").addEventListener("click", () => dialog.close());
  byId("locate").addEventListener("click", () => place.locate());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send().then((sent) => sent && done()).catch(complain);
  });
}

// The map is made when it is first seen: before, it has no size.
function open() {
  dialog.showModal();
  form.reset();
  told = null;
  what = new CategoryChoice(byId("what"));
  if (!place) {
    const map = makeMap("map", data);
    place = new PlaceChoice(map, tellPlace);
    drawTowns(map).catch(complain);
  }
  place.clear();
}

function tellPlace(point) {
  byId("where").replaceChildren(point ? two("位置标好了。", "The place is marked.") : two("或点地图，或写地址。", "or tap the map, or write the address."));
}

async function send() {
  const { place: text, description, source, picture, spot } = form.elements;
  if (!what.value) return lacking("请选是什么问题。", "Choose what is wrong.");
  if (!place.point && !text.value.trim()) return lacking("请标出位置，或写地址。", "Mark the place, or write the address.");
  const where = place.point ? { ...place.point, place: text.value.trim() } : { address: text.value.trim() };
  byId("send").disabled = true;
  try {
    told ??= (await ask("/v1/cases", { method: "POST", body: { category: what.value, description: description.value.trim(), source: source.value, ...where } })).content;
    if (picture.files.length) await sendPicture(told.number, picture.files[0], spot.checked ? "after" : "before");
    if (spot.checked) told = await takeStep(told, "close-on-spot");
    dialog.close();
    say(`${told.number} ${told.stage_zh}。`, `${told.number}: ${told.stage_en}.`);
    return true;
  } finally {
    byId("send").disabled = false;
  }
}

function lacking(zh, en) {
  say(zh, en, "bad");
  return false;
}
