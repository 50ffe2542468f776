// What goes wrong, in words.

import { say } from "../planner/words.js";

const REASONS = {
  0: ["服务器没有回答：", "The server does not answer:"],
  403: ["这台机器不能排巡逻、记到访：", "This machine may not plan patrols or record visits:"],
  404: ["没有找到：", "Not found:"],
};

export function complain(error) {
  const [zh, en] = REASONS[error.status] || ["没有做成：", "That did not work:"];
  const text = [error.message, error.fix].filter(Boolean).join(" · ");
  say(`${zh} ${text}`, `${en} ${text}`, "bad");
}

const WHY = {
  asked: ["指定必去", "asked for"],
  waiting: ["轮到这个网格", "its turn"],
  expected: ["预计多发", "much expected"],
};

// Why a stop is on the plan, in Chinese and in English.
export function why({ why: kind, recent, subjects }, reach) {
  const [zh, en] = kind === "expected" && !recent ? ["历来多发", "frequent in the long run"] : WHY[kind];
  const what = subjects.map(([name, size]) => `${name} ${size}`).join("、");
  return [
    `${zh}；${reach} 米内 30 天${recent ? ` ${recent} 起${what ? `：${what}` : ""}` : "无隐患"}`,
    `${en}; ${recent} within ${reach} m in 30 days`,
  ];
}
