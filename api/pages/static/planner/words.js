// Elements and words. Text of users becomes text nodes only; nothing here is parsed as HTML.

export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(options)) {
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Chinese first, English beside; the page's switch hides one of them.
export function two(zh, en) {
  const words = document.createDocumentFragment();
  words.append(el("span", { class: "zh" }, zh), " ", el("span", { class: "en", lang: "en" }, en));
  return words;
}

export const number = (value) => Number(value).toLocaleString("en-US");

export const button = (zh, en, onclick, options = {}) =>
  el("button", { type: "button", onclick, ...options }, two(zh, en));

// How long words stay on the screen (milliseconds).
const SHORT = 6000, LONG = 15000;
let timer = null;
const said = document.getElementById("said");

// What screen readers hear, and everybody sees for a while.
export function say(zh, en, kind = "") {
  said.className = kind;
  said.replaceChildren(two(zh, en));
  clearTimeout(timer);
  timer = setTimeout(() => said.replaceChildren(), kind === "bad" ? LONG : SHORT);
}

export function complain(error) {
  const [zh, en] = REASONS[error.status] || ["没有做成：", "That did not work:"];
  const text = [error.message, error.fix].filter(Boolean).join(" · ");
  say(`${zh} ${text}`, `${en} ${text}`, "bad");
}

const REASONS = {
  0: ["服务器没有回答：", "The server does not answer:"],
  403: ["这台机器不能改方案：", "Plans cannot be changed from this machine:"],
  404: ["没有找到：", "Not found:"],
  409: ["与现状冲突，没有改：", "In conflict with what is there, nothing was changed:"],
  412: ["别人先改了方案，已重新读取：", "Somebody else changed the plan first; it was read again:"],
  422: ["不能这样画：", "It cannot be drawn like that:"],
};

export function initWords() {
  const choice = document.getElementById("words");
  choice.value = localStorage.getItem("gisgrid-words") || "both";
  const apply = () => {
    document.documentElement.dataset.words = choice.value;
    document.documentElement.lang = choice.value === "en" ? "en" : "zh-CN";
    localStorage.setItem("gisgrid-words", choice.value);
  };
  choice.addEventListener("change", apply);
  apply();
}
