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
  // Anew, for a dialog that was opened since would lie above it.
  said.togglePopover(false);
  said.togglePopover(true);
  clearTimeout(timer);
  timer = setTimeout(() => said.togglePopover(false), kind === "bad" ? LONG : SHORT);
}

// What the page that comes next says when it begins.
const NEXT = "gisgrid-said";
export const sayNext = (zh, en) => sessionStorage.setItem(NEXT, JSON.stringify([zh, en]));

function sayKept() {
  const kept = sessionStorage.getItem(NEXT);
  sessionStorage.removeItem(NEXT);
  if (kept) say(...JSON.parse(kept));
}

const REASONS = {
  0: ["服务器没有回答：", "The server does not answer:"],
  401: ["请重新登录：", "Please log in again:"],
  404: ["没有找到：", "Not found:"],
  429: ["请稍等再试：", "Please wait a little:"],
};

// Says what went wrong with a request; a page adds its own words for some statuses.
export function complainer(own = {}) {
  return (error) => {
    const [zh, en] = own[error.status] || REASONS[error.status] || ["没有做成：", "That did not work:"];
    const text = [error.message, error.fix].filter(Boolean).join(" · ");
    say(`${zh} ${text}`, `${en} ${text}`, "bad");
  };
}

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
  sayKept();
  // On a phone the doors are a row that is wider than the screen.
  const door = document.querySelector(".doors [aria-current]");
  if (door) door.parentElement.scrollLeft = door.offsetLeft - door.parentElement.offsetLeft - 40;
}
