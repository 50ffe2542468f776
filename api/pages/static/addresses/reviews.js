// The review queue: a text, the addresses it may mean, and what a person says.

import { ask } from "../ask.js";
import { button, el, say, two } from "../words.js";
import { ADDRESS_STATUS, REASONS, percent } from "../search/words.js";
import { showAlias } from "./aliases.js";
import { KINDS, complain, pageOf } from "./words.js";

const PATH = "/v1/addresses/reviews";
const list = document.getElementById("reviews"), state = document.getElementById("state");
const more = document.getElementById("more-reviews");
const NONE = {
  open: ["没有待办。", "Nothing waits."],
  decided: ["还没有定过。", "Nothing was decided yet."],
  dismissed: ["没有不理的。", "Nothing was dismissed."],
};

export async function listReviews(mark) {
  list.replaceChildren();
  await nextPage(`${PATH}?state=${state.value}`, mark);
}

async function nextPage(path, mark) {
  const wanted = state.value, { content } = await ask(path);
  if (wanted !== state.value) return;
  if (!content.reviews.length && !list.children.length) list.append(el("li", { class: "none" }, two(...NONE[wanted])));
  pageOf(list, more, content.reviews.map((review) => card(review, mark)), content.next, (next) => nextPage(next, mark));
}

function card(review, mark) {
  const why = REASONS[review.reason] || ADDRESS_STATUS[review.status];
  const seen = two(`问过 ${review.seen} 次`, `asked ${review.seen}×`);
  const item = el("li", { class: "review" }, el("h3", {}, review.text),
    el("p", { class: "why" }, two(...why), " · ", seen, " · ", review.source));
  item.append(...(review.state === "open" ? waiting(review, mark, item) : closed(review, item)));
  return item;
}

function closed(review, item) {
  const chosen = review.chosen ? [el("p", { class: "chosen" }, "→ ", el("b", {}, review.chosen))] : [];
  return [...chosen, el("div", { class: "actions" }, button("重新判定", "Decide again", () => send(item, `${review.id}/decision`, { method: "DELETE" })))];
}

// Candidates to choose from, a name to learn, and what can be done with the text.
function waiting(review, mark, item) {
  const alias = el("input", { name: "alias", autocomplete: "off", maxlength: "100" });
  const kind = el("select", { name: "kind" }, ...KINDS.map(([value, zh, en]) => el("option", { value }, `${zh} ${en}`)));
  const decide = () => {
    const chosen = item.querySelector("input[type=radio]:checked");
    const body = { address_id: Number(chosen.value), alias: alias.value.trim(), kind: kind.value };
    return send(item, `${review.id}/decision`, { method: "POST", body });
  };
  const done = button("就是它", "This one", decide, { class: "main", disabled: true });
  const choices = el("fieldset", { onchange: () => { done.disabled = false; } }, el("legend", { class: "away" }, two("可能的地址", "Addresses that may be meant")));
  const offer = (places) => choices.append(...places.filter((place) => place.id !== null).map((place) => candidate(place, `review-${review.id}`, mark)));
  offer(review.candidates);
  const learn = el("details", {}, el("summary", {}, two("顺便记一个别名", "Learn a name from it")),
    el("div", { class: "row" }, el("label", {}, two("其中的名称", "The name in it"), alias), el("label", {}, two("是什么", "Kind"), kind)));
  const away = button("不是地址", "No address", () => send(item, `${review.id}/dismiss`, { method: "POST" }));
  return [choices, other(offer), learn, el("div", { class: "actions" }, done, away)];
}

function candidate(place, group, mark) {
  const choice = el("input", { type: "radio", name: group, value: String(place.id), onchange: () => mark.show(place).catch(complain) });
  return el("label", { class: "candidate" }, choice, el("span", { class: "address" }, place.address), el("small", {}, percent(place.score)));
}

// The address may be one that matching did not think of.
function other(offer) {
  const input = el("input", { autocomplete: "off", maxlength: "200" });
  const look = async (event) => {
    event.preventDefault();
    try {
      const { content } = await ask(`/v1/resolve?${new URLSearchParams({ address: input.value })}`);
      if (content.candidates.length) offer(content.candidates);
      else say("查无此址", "no such address", "bad");
    } catch (error) {
      complain(error);
    }
  };
  return el("form", { class: "row", onsubmit: look },
    el("label", {}, two("是另一个地址", "Another address"), input), el("button", { type: "submit" }, two("查", "Look up")));
}

async function send(item, path, request) {
  try {
    const { content } = await ask(`${PATH}/${path}`, request);
    item.remove();
    if (content.alias_id) await showAlias(content.alias_id);
    say("办好了，几秒后生效", "Done; look-ups know it in some seconds");
  } catch (error) {
    complain(error);
  }
}
