// A case whole: what the drawer of the board shows, and beside it the map, deliberation and mediation.

import { drawTowns, makeMap } from "../ground.js";
import { initWords, two } from "../words.js";
import { CaseFile, pageOf } from "../cases/file.js";
import { complain, data } from "../cases/words.js";
import { PlaceMark } from "../search/mark.js";
import { deliberations } from "./deliberation.js";
import { mediations } from "./mediation.js";
import { Relocation } from "./relocation.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("dialog");
const file = new CaseFile(dialog, { linkTo: pageOf, changed: load });
const map = makeMap("map", data);
const mark = new PlaceMark(map);
const relocation = new Relocation(byId("relocate"), map, dialog, load);

initWords();
drawTowns(map).catch(complain).then(load)
  .catch(complain)
  .finally(() => { document.body.dataset.ready = "true"; });

async function load() {
  const { one, parts } = await file.read(data.number);
  const works = await Promise.all([deliberations(one, dialog, load), mediations(one, dialog, load)]);
  byId("title").replaceChildren(two(one.category_zh, one.category_en));
  byId("parts").replaceChildren(...parts);
  byId("works").replaceChildren(...works.filter(Boolean));
  relocation.offer(one);
  await mark.show({ point: [one.lon, one.lat], grids: one.grids.filter(({ level }) => level !== "police") });
}
