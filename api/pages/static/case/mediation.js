// Mediation by police station, justice office and law firm; of an agreement the digest alone is sent.

import { ask } from "../ask.js";
import { button, el, two } from "../words.js";
import { askFor } from "../cases/asking.js";
import { path, section } from "../cases/file.js";
import { attempt } from "../cases/steps.js";
import { moment } from "../cases/words.js";

const STATES = { open: ["调解中", "under way"], agreed: ["达成协议", "agreed"], failed: ["未达成", "failed"], withdrawn: ["撤回", "withdrawn"] };
const OFFICES = [["police_station", ["派出所", "Police station"]], ["justice_office", ["司法所", "Justice office"]], ["law_firm", ["律师事务所", "Law firm"]]];

// The section of a case; changed() is awaited after each step. Disputes can have one without any yet.
export async function mediations(one, dialog, changed) {
  const { content } = await ask(`${path(one.number)}/mediations`);
  const found = content.mediations, begins = one.open && one.group === "dispute" && found.every(({ state }) => state !== "open");
  if (!found.length && !begins) return null;
  const send = (end, body) => attempt(() => ask(`${path(one.number)}/mediations${end}`, { method: "POST", body }), () => changed());
  return section("三所联动调解", "Mediation by three offices",
    ...found.map((one) => mediationItem(one, dialog, (end, body) => send(`/${one.id}/${end}`, body))),
    begins ? button("启动调解…", "Begin…", () => begin(dialog, (body) => send("", body))) : null);
}

function mediationItem(one, dialog, send) {
  return el("div", { class: "matter" },
    el("h4", {}, OFFICES.map(([key]) => one[key]).join("、"), " ", el("span", { class: "chip" }, two(...STATES[one.state]))),
    el("p", { class: "note" }, two(`${moment(one.made_at)} 启动`, `begun ${moment(one.made_at)}`), ...(one.closed_at ? [" · ", two(`${moment(one.closed_at)} 结束`, `ended ${moment(one.closed_at)}`)] : [])),
    el("ul", { class: "entries" }, ...one.sessions.map(({ held_at: at, place, note }) => el("li", {}, el("b", {}, moment(at)), ` ${[place, note].filter(Boolean).join(" · ")}`))),
    one.agreement_sha256 ? el("p", { class: "note" }, two("协议摘要", "Digest of the agreement"), ` ${one.agreement_sha256.slice(0, 16)}…`) : null,
    one.state === "open" ? el("div", { class: "steps" },
      button("记一次调解…", "A session…", () => sit(dialog, send)),
      one.sessions.length ? button("结束调解…", "End it…", () => end(dialog, send), { class: "main" }) : null) : null);
}

function begin(dialog, send) {
  askFor(dialog, ["启动调解", "Begin a mediation"], OFFICES.map(([key, words]) => [key, words, { required: true }]), send);
}

function sit(dialog, send) {
  askFor(dialog, ["记一次调解", "A session"], [
    ["place", ["在哪里", "Where"], {}],
    ["note", ["记要，不写姓名", "Note; names nobody"], { kind: "area", maxlength: "200" }],
  ], (body) => send("sessions", body));
}

function end(dialog, send) {
  const outcomes = Object.entries(STATES).filter(([code]) => code !== "open").map(([code, words]) => [code, words.join(" ")]);
  const digest = "agreement_sha256";
  askFor(dialog, ["结束调解", "End the mediation"], [
    ["outcome", ["结果", "Outcome"], { kind: "select", options: outcomes }],
    ["file", ["协议文件：不上传，只算摘要", "The agreement: it stays here, its digest is sent"], { kind: "file", onchange: ({ target }) => fill(target, dialog.querySelector(`[name=${digest}]`)) }],
    [digest, ["协议的 SHA-256", "SHA-256 of the agreement"], { pattern: "[0-9a-f]{64}", maxlength: "64" }],
  ], ({ outcome, [digest]: sum }) => send("outcome", { outcome, [digest]: outcome === "agreed" ? sum : "" }));
}

// Browsers work digests out on safe origins alone; elsewhere it is typed.
async function fill({ files: [file] }, field) {
  if (!file || !crypto.subtle) return;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  field.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
