// What goes wrong, in words.

import { complainer } from "../words.js";

export const complain = complainer({
  403: ["这台机器不能排巡逻、记到访：", "This machine may not plan patrols or record visits:"],
});

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
