// What others do meanwhile: publishes come as events, edits of the same plan are asked for.
import { ask } from "../ask.js";
import { button, complain, el, say, two } from "./words.js";

const EVERY = 5000;

export function follow(app) {
  const news = new EventSource("/v1/changes/stream");
  news.addEventListener("revision", (event) => published(app, JSON.parse(event.data)).catch(complain));
  setInterval(() => { if (!document.hidden) edited(app).catch(() => {}); }, EVERY);
  for (const event of ["plan", "settled"]) app.addEventListener(event, () => warn(app));
  window.addEventListener("pagehide", () => news.close());
}

async function published(app, change) {
  if (!app.plan || change.plan === app.plan.id) return;
  say(`${change.author || "有人"} 发布了边界版本 ${change.revision}`, `${change.author || "Somebody"} published revision ${change.revision}`);
  await app.plan.settled;
  await app.plan.refresh();
  await app.look();
  if (!app.plan.detail.behind.length) await app.reload();
  warn(app);
}

// Another editor of the same plan shows by its version.
async function edited(app) {
  const { plan } = app;
  if (!plan || plan.waiting || plan.detail.state !== "draft") return;
  const tag = plan.tag, { version } = plan.detail;
  const { content: fresh } = await ask(plan.path);
  if (plan !== app.plan || plan.waiting || plan.tag !== tag || fresh.version === version || tag.includes(`-v${fresh.version}-`)) return;
  await plan.refresh();
  await app.reload();
  say("别人改了这个方案，已重新读取", "Somebody else changed this plan; it was read again");
}

// Grids that others published anew stop edits until the plan is rebased.
function warn(app) {
  const { behind } = app.plan.detail;
  const told = behind.length ? [el("p", { class: "notice" },
    two(`别人已重新发布 ${behind.join("、")}。`, `Others published ${behind.join(", ")} anew.`), " ",
    button("移到现行边界", "Rebase", () => app.rebase()))] : [];
  document.getElementById("behind").replaceChildren(...told);
}

// Who made the last edit that is in force, in both languages.
export async function whoWasFirst(plan) {
  const { edits } = await plan.get("edits?limit=1000");
  const last = edits.filter((edit) => edit.state === "done").at(-1);
  const name = last?.author || "—", when = last ? new Date(last.made_at).toLocaleTimeString() : "";
  return [`${name} 在 ${when} 先改了方案（${last?.kind ?? "undo"}），已重新读取；刚才的改动没有保存`, `${name} changed the plan at ${when} (${last?.kind ?? "undo"}); it was read again, and your last change was not kept`];
}
