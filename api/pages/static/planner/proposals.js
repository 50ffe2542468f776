// Proposals for the open unit, side by side with their measures; one can be taken over.
import { drawShapes, toWorld } from "./grids.js";
import { stream } from "./plan.js";
import { button, complain, el, number, say, two } from "./words.js";

const KINDS = {
  present: ["保持现状", "As it is"], "least-change": ["变动最少", "Least change"], best: ["最佳", "Best"],
  fewer: ["少一格", "One grid less"], more: ["多一格", "One grid more"],
};
const percent = (share) => (share === null ? "—" : `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)}%`);
const ROWS = [
  ["网格数", "Grids", (measures) => number(measures.grids)],
  ["户数合适", "In range", (measures) => percent(measures.in_range)],
  ["连成一片", "Contiguous", (measures) => percent(measures.contiguous)],
  ["沿路沿河", "On lines", (measures) => percent(measures.on_lines)],
  ["拆开街坊", "Blocks split", (measures) => percent(measures.blocks_split)],
  ["紧凑", "Compact", (measures) => measures.compactness?.toFixed(2) ?? "—"],
  ["留在原格", "Stay", (measures) => percent(measures.kept)],
];

export function proposals(app) {
  // What was found, and of what: a unit of a version of a plan, with locks.
  let stop = null, found = [], shown = null, of = null, stale = false;
  const bar = el("progress", { max: 1, value: 0, "aria-label": "计算进度 progress" }), out = el("div");
  const [least, most] = [["最少户数", "Least", app.range[0]], ["最多户数", "Most", app.range[1]]].map(([zh, en, value]) => {
    const input = el("input", { type: "number", min: "1", max: "100000", value: String(value), required: true });
    return { input, label: el("label", {}, two(zh, en), input) };
  });
  const go = el("button", { type: "submit", class: "main" }, two("提出建议", "Propose"));
  const halt = button("停止", "Stop", () => stop?.abort());
  const form = el("form", { class: "form", onsubmit: (event) => { event.preventDefault(); ask().catch(complain); } },
    least.label, most.label, go, halt);

  const busy = (on) => {
    bar.hidden = halt.hidden = !on;
    go.disabled = on;
  };

  async function ask() {
    stop?.abort();
    stop = new AbortController();
    const { unit, plan } = app, own = stop;
    busy(true);
    bar.removeAttribute("value");
    choose(null);
    try {
      await plan.settled;
      const body = {
        unit: unit.code, min: least.input.valueAsNumber, max: most.input.valueAsNumber,
        locked: locks(),
      };
      let made = null;
      await stream(`${plan.path}/proposals`, body, (event, data) => {
        if (event === "progress") bar.value = data.done / Math.max(data.total, 1);
        else if (event === "proposals") made = data;
        else if (event === "problem") throw Object.assign(new Error(data.detail || data.title), data);
      }, own.signal);
      if (made === null) throw Object.assign(new Error("the answer broke off"), { status: 0 });
      if (plan !== app.plan || unit.code !== app.unit?.code) return;
      found = made.proposals.map((one) => ({ ...one, shapes: one.grids.features.map(shape) }));
      [of, stale] = [{ plan, unit: unit.code, version: made.version, locked: body.locked.join() }, false];
      list();
      outdate();
      say(`有 ${found.length} 个建议`, `${found.length} proposals`);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      say("已停止", "Stopped");
    } finally {
      if (own === stop) busy(false);
    }
  }

  function list() {
    const head = el("tr", {}, el("td"), ...found.map((one) => el("th", { scope: "col", class: "n" },
      ...one.kinds.map((kind) => el("span", { class: "kind" }, two(...(KINDS[kind] || [kind, kind])))))));
    const rows = ROWS.map(([zh, en, text]) => el("tr", {}, el("th", { scope: "row" }, two(zh, en)),
      ...found.map((one) => el("td", { class: "n" }, text(one.measures)))));
    const buttons = el("tr", {}, el("td"), ...found.map((one) => el("td", { class: "n" }, ...actions(one))));
    out.replaceChildren(el("table", { class: "proposals" }, el("thead", {}, head), el("tbody", {}, ...rows, buttons)), ...found.flatMap(notes));
    mark();
    out.closest("section").scrollIntoView({ block: "start" });
  }

  const isHere = () => of?.plan === app.plan && of.unit === app.unit?.code;
  const locks = () => app.unit.cells.codes.filter((code) => app.locked.has(code));
  const isFresh = () => isHere() && !app.plan.waiting && app.plan.version === of.version && locks().join() === of.locked;

  function actions(one) {
    const name = KINDS[one.kinds[0]]?.join(" ") || one.kinds[0];
    const look = button("看", "Show", () => choose(shown === one ? null : one), { "aria-label": `看 show：${name}` });
    one.look = look;
    if (!one.edit) return [look];
    one.take = button("采用", "Take over", () => take(one), { class: "main", "aria-label": `采用 take over：${name}` });
    return [look, one.take];
  }

  // Proposals are edits of the plan as it was: once it changes, they have to be made anew.
  function outdate() {
    if (stale || !found.length || !isHere() || isFresh()) return;
    stale = true;
    for (const one of found) if (one.take) one.take.disabled = true;
    out.prepend(el("p", { class: "note" }, two("方案或锁定已变，请重新提出建议。", "The plan or its locks have changed: propose again.")));
  }

  function choose(one) {
    shown = one;
    app.covered = Boolean(one);
    mark();
    app.redraw();
  }

  const mark = () => found.forEach((one) => one.look?.setAttribute("aria-pressed", String(one === shown)));

  async function take(one) {
    choose(null);
    if (!isFresh()) return outdate();
    return app.edit(one.edit, ["已采用建议，可撤销", "Taken over; it can be undone"]);
  }

  app.addEventListener("drawn", ({ detail: { ctx, view } }) => {
    if (shown && isHere()) drawShapes(ctx, view, shown.shapes, app.range);
  });
  for (const event of ["sent", "changed", "unit", "locks"]) app.addEventListener(event, outdate);
  busy(false);
  return {
    name: "proposals", zh: "建议", en: "Proposals",
    show(body) {
      if (!isHere()) {
        found = [];
        choose(null);
        out.replaceChildren(el("p", { class: "note" }, two("按住户、道路和河流提出几种分法；已锁定的网格不动。", "Ways to divide the unit by homes, roads and rivers; locked grids stay.")));
      }
      body.replaceChildren(form, bar, out);
    },
    leave() {
      stop?.abort();
      choose(null);
    },
  };
}

const shape = ({ geometry, properties }) => ({ ...toWorld(geometry), households: properties.households, name: properties.code || "＋" });

// What a proposal cannot do, and what it crosses, in words.
function notes(one) {
  const [zh, en] = KINDS[one.kinds[0]] || [one.kinds[0], one.kinds[0]];
  const misses = one.misses.map((miss) => el("p", { class: "note" }, two(
    `${zh}：${miss.code ?? "新网格"} ${miss.households} 户，${miss.message_zh}。`,
    `${en}: ${miss.code ?? "a new grid"} has ${miss.households}, for ${miss.message_en}.`)));
  const rivers = one.measures.crossed_m?.river;
  if (rivers) misses.push(el("p", { class: "note" }, two(`${zh}：有网格跨河（${number(Math.round(rivers))} 米）。`, `${en}: grids lie across a river (${number(Math.round(rivers))} m).`)));
  return misses;
}
