// A case whose place was wrong is given another one: by a tap on the map, or by an address.

import { ask } from "../ask.js";
import { button, el, say, sayNext, two } from "../words.js";
import { askFor } from "../cases/asking.js";
import { path } from "../cases/file.js";
import { PlaceChoice } from "../cases/place.js";
import { attempt } from "../cases/steps.js";
import { stepWords } from "../cases/words.js";

const REASON = ["reason", ["为什么", "Why"], { kind: "area", required: true }];
const ADDRESS = ["address", ["正确的地址", "The right address"], { required: true }];
const placeOf = (one) => ["place", ["地点的写法", "The place in words"], { value: one.place }];

export class Relocation {
  // changed() is awaited when the case has been moved.
  constructor(host, map, dialog, changed) {
    Object.assign(this, { host, map, dialog, changed, place: null });
  }

  // The map takes taps for those alone who may move the case.
  offer(one) {
    const may = one.actions.includes("relocate");
    this.host.replaceChildren();
    this.place?.stop();
    this.place = null;
    if (!may) return;
    this.place = new PlaceChoice(this.map, (point) => { this.here.hidden = !point; });
    this.here = button("更正到标出的位置…", "Correct to the mark…", () => this.move(one, [placeOf(one), REASON], this.place.point), { class: "main", hidden: true });
    this.host.append(button("按地址更正位置…", "Correct by an address…", () => this.move(one, [ADDRESS, REASON])), this.here,
      el("small", {}, two("也可在地图上点正确的位置。", "Or tap the right place on the map.")));
  }

  move(one, fields, point = {}) {
    askFor(this.dialog, stepWords("relocate"), fields, (words) => attempt(async () => {
      const { content } = await ask(`${path(one.number)}/relocate`, { method: "POST", body: { version: one.version, ...point, ...words } });
      if (content) say("位置改好了。", "The place is corrected.");
      return { gone: !content };
    }, (found) => found?.gone ? leave(one) : this.changed()));
  }
}

// It lies out of one's sight now.
function leave(one) {
  sayNext(`${one.number} 的位置改好了，已不在您的网格里。`, `${one.number}: its place is corrected; it lies outside your grids now.`);
  location.assign("/board");
}
