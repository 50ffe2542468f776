// The page of addresses: what nobody could place waits for a person; other names are kept.
import { drawTowns, makeMap } from "../ground.js";
import { initWords } from "../words.js";
import { SearchBox } from "../search/box.js";
import { PlaceMark } from "../search/mark.js";
import { listAliases } from "./aliases.js";
import { listReviews } from "./reviews.js";
import { complain } from "./words.js";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);

initWords();
const map = makeMap("map", data);
const mark = new PlaceMark(map);
new SearchBox(byId("address-search"), { mark, onSent: () => listReviews(mark).catch(complain) });
byId("state").addEventListener("change", () => listReviews(mark).catch(complain));

Promise.all([drawTowns(map), listReviews(mark), listAliases()])
  .catch(complain)
  .finally(() => { document.body.dataset.ready = "true"; });
