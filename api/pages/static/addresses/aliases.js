// Other names: listed, added, ended.

import { ask } from "../ask.js";
import { button, el, say, two } from "../words.js";
import { KINDS, complain, pageOf } from "./words.js";

const PATH = "/v1/addresses/aliases";
const list = document.getElementById("aliases"), form = document.getElementById("new-alias");
const more = document.getElementById("more-aliases");

export async function listAliases() {
  list.replaceChildren();
  await nextPage(`${PATH}?limit=50`);
}

async function nextPage(path) {
  const { content } = await ask(path);
  if (!content.aliases.length) list.append(el("li", { class: "none" }, two("还没有别名。", "There are none yet.")));
  pageOf(list, more, content.aliases.map(row), content.next, nextPage);
}

// One that is new stands first, where it is seen.
export async function showAlias(id) {
  const { content } = await ask(`${PATH}?limit=1&after=${id - 1}`);
  content.aliases.filter((one) => one.id === id).forEach(prepend);
}

function prepend(alias) {
  list.querySelector(".none")?.remove();
  list.prepend(row(alias));
}

function row(alias) {
  const [, zh, en] = KINDS.find(([kind]) => kind === alias.kind);
  const end = button("停用", "End", () => stop(alias, item).catch(complain));
  end.append(el("span", { class: "away" }, ` ${alias.name}`));
  const item = el("li", {}, el("span", { class: "pair" }, el("b", {}, alias.name), " → ", el("span", {}, alias.means)),
    el("small", {}, two(zh, en)), end);
  return item;
}

async function stop(alias, item) {
  await ask(`${PATH}/${alias.id}`, { method: "DELETE" });
  item.remove();
  say(`“${alias.name}”已停用，几秒后生效`, `“${alias.name}” has ended; look-ups know it in some seconds`);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, means, kind } = form.elements;
  try {
    const { content } = await ask(PATH, { method: "POST", body: { name: name.value, means: means.value, kind: kind.value } });
    form.reset();
    prepend(content);
    say(`记下了：${content.name} → ${content.means}，几秒后生效`, `Kept: ${content.name} → ${content.means}; look-ups know it in some seconds`);
  } catch (error) {
    complain(error);
  }
});
