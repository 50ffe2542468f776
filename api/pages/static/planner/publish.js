// Who is affected by a plan, and putting it in force.
import { button, complain, el, number, say, two } from "./words.js";

const dialog = document.getElementById("dialog");

const CHANGES = { new: ["新增", "new"], ended: ["结束", "ended"], reshaped: ["改界", "reshaped"], relabelled: ["改名", "relabelled"] };
const PLACES = { address: ["地址", "addresses"], hazard: ["隐患", "hazards"], patrol: ["巡逻点", "patrol points"], building: ["建筑", "buildings"] };
const MOST_LISTED = 40;

export function preview(app) {
  let asked = 0;
  const load = async (body) => {
    asked += 1;
    const turn = asked;
    body.replaceChildren(el("p", { class: "note" }, two("计算中…", "Working…")));
    await app.plan.settled;
    const found = await app.plan.get("preview");
    if (turn !== asked) return;
    body.replaceChildren(sums(found), grids(found), people(found));
  };
  return {
    name: "preview", zh: "影响", en: "Affected",
    show: (body) => load(body).catch(complain),
    settled: (body) => load(body).catch(complain),
    leave: () => { asked += 1; },
  };
}

export function sums({ totals }) {
  const list = el("dl", { class: "sums" });
  const add = (zh, en, value) => list.append(el("dt", {}, two(zh, en)), el("dd", {}, number(value)));
  add("换网格的户数", "Households that change grid", totals.households);
  for (const [kind, count] of Object.entries(totals.places)) add(...(PLACES[kind] || [kind, kind]), count);
  for (const [kind, count] of Object.entries(totals.grids)) if (count) add(...(CHANGES[kind] || [kind, kind]).map((word, at) => (at ? `grids ${word}` : `${word}网格`)), count);
  return list;
}

function grids(found) {
  const rows = found.grids.filter((one) => one.level === "micro").map((one) => el("tr", {},
    el("td", {}, el("span", { class: "name" }, one.name_after || one.name_before || ""), el("span", { class: "was" }, one.code_after || one.code_before)),
    el("td", { class: "n" }, `${one.addresses_before === null ? "—" : one.households_before} → ${one.households_after ?? "—"}`)));
  if (!rows.length) return el("p", { class: "note" }, two("没有网格改变。", "No grid changes."));
  return el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, two("网格", "Grid")), el("th", { scope: "col", class: "n" }, two("户数", "Households")))), el("tbody", {}, ...rows));
}

function people({ moves }) {
  const homes = moves.filter((move) => move.kind === "address");
  const list = el("ul", { class: "list" }, ...homes.slice(0, MOST_LISTED).map((move) => el("li", { class: "note" },
    `${move.title || move.source_id}：${move.from_micro ?? "—"} → ${move.to_micro ?? "—"}`)));
  if (homes.length > MOST_LISTED) list.append(el("li", { class: "note" }, two(`共 ${number(homes.length)} 个地址`, `${number(homes.length)} addresses in all`)));
  return list;
}

export async function publishDialog(app) {
  const found = el("div", {}, el("p", { class: "note" }, two("计算影响…", "Working out who is affected…")));
  const go = el("button", { type: "submit", class: "main", value: "yes" }, two("发布，立即生效", "Publish, in force at once"));
  const { plan } = app;
  let seen = null;
  const count = async () => {
    await plan.settled;
    found.replaceChildren(sums(await plan.get("preview")));
    seen = plan.version;
  };
  count().catch(complain);
  const form = el("form", { method: "dialog" },
    el("h2", { id: "dialog-title" }, two(`发布方案“${app.plan.detail.name}”？`, `Publish the plan “${app.plan.detail.name}”?`)),
    el("p", {}, two("发布后所有人看到新的边界，地址和隐患随即换网格。可以再发布一个撤回方案，但历史会留下。", "Everybody then sees the new borders, and addresses and hazards change grid. It can be taken back by another plan; history stays.")),
    found,
    el("div", { class: "row" }, el("button", { type: "submit", value: "no" }, two("再想想", "Not yet")), go));
  if ((await shown(form)) !== "yes") return;
  // Somebody else may have gone on while the question stood there.
  if (seen !== null && seen !== plan.version) return say("方案刚被改动，请再看一次影响后发布", "The plan has just been changed: look again at who is affected, then publish", "bad");
  try {
    await app.plan.settled;
    const done = await app.plan.change("publish");
    await app.plan.refresh();
    say(`已发布，边界版本 ${done.revision}，提醒 ${done.warnings.length} 条`, `Published as revision ${done.revision}, ${done.warnings.length} warnings`);
    app.dispatchEvent(new Event("published"));
    await app.look();
  } catch (error) {
    complain(error);
    await app.plan.refresh();
  }
}

// Ask for a text; null where nothing is to be done.
export async function prompt(zh, en, value) {
  const input = el("input", { type: "text", value, maxlength: "200", required: true, "aria-labelledby": "dialog-title" });
  const cancel = button("取消", "Cancel", () => dialog.close("no"));
  const form = el("form", { method: "dialog" },
    el("h2", { id: "dialog-title" }, two(zh, en)), input,
    el("div", { class: "row" }, cancel, el("button", { type: "submit", class: "main", value: "yes" }, two("好", "OK"))));
  return (await shown(form)) === "yes" ? input.value.trim() : null;
}

function shown(form) {
  dialog.returnValue = "";
  dialog.replaceChildren(form);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}
