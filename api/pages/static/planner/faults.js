// Faults that the plan makes: listed as warnings, each with a way to it; none of them blocks.
import { worldX, worldY } from "./layer.js";
import { complain, el, two } from "./words.js";

// A check takes seconds; it waits until the hand rests.
const REST = 1200;

export function faults(app) {
  let timer = null, asked = 0;
  const list = el("ul", { class: "list" });
  const note = el("p", { class: "note", role: "status" });

  async function check() {
    asked += 1;
    const turn = asked, { plan, unit } = app;
    if (!unit) return;
    note.replaceChildren(two("检查中…", "Checking…"));
    const { findings } = await plan.get("check?worsened=true");
    if (turn !== asked || unit !== app.unit) return;
    // What a grid's label says already needs no mark.
    app.faults = findings.filter((one) => one.place && one.kind !== "households").map((one) => ({ x: worldX(one.place[0]), y: worldY(one.place[1]) }));
    app.redraw();
    list.replaceChildren(...findings.map((one) => item(app, one)));
    note.replaceChildren(findings.length
      ? two(`方案带来 ${findings.length} 处问题，只提醒，不阻止。`, `The plan brings ${findings.length} faults; they warn and block nothing.`)
      : two("方案没有带来新问题。", "The plan brings no new faults."));
  }

  const soon = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(() => check().catch(complain), pause);
  };
  return {
    name: "faults", zh: "问题", en: "Faults",
    show(body) {
      body.replaceChildren(note, list);
      soon(0);
    },
    settled: () => soon(REST),
    leave: () => clearTimeout(timer),
  };
}

function item(app, fault) {
  const go = () => {
    if (!fault.place) return;
    const [x, y] = fault.place;
    app.map.setView([y, x], Math.max(app.map.getZoom(), 18), { animate: false });
    const cell = app.unit.cells.at(worldX(x), worldY(y));
    if (cell >= 0) app.focusOn(cell);
  };
  return el("li", {}, el("button", { type: "button", onclick: go },
    fault.severity === "error" ? "⛔ " : "⚠ ", two(fault.message_zh, fault.message_en)));
}

