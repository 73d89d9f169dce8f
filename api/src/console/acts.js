// Acts that more than one place offers.

import { act, put, remove } from "./api.js";
import { ask, busy, button, h } from "./dom.js";
import { number } from "./words.js";

/** The body of a pause, or null. */
export async function askWhy(title) {
  const why = await ask({
    title,
    text: "On every node, at once. What runs ends; what waits, waits.",
    input: { label: "Reason, for whoever wonders", placeholder: "the mail provider is down" },
    action: "Pause",
  });
  if (why === null) return null;
  return why ? { reason: why } : {};
}

/** Buttons that run again, hold and release all jobs of a name. */
export function nameActs(name, notice, changed) {
  const path = `/admin/jobs/names/${encodeURIComponent(name)}`;
  const doing = (text, asked, work, said) =>
    button(text, async ({ currentTarget }) => {
      const answer = await asked();
      if (answer === null) return;
      await busy(currentTarget, notice, async () => notice.say(said(await work(answer))));
      changed();
    });
  const reviving = () =>
    ask({
      title: "Run the dead jobs again?",
      text: `All dead and quarantined jobs called ${name}, in every pool.`,
      action: "Run them again",
    });
  return h(
    "div",
    { class: "acts" },
    doing("Run all dead again", reviving, () => act(`${path}/retry-dead`), revived),
    doing(
      "Pause this name",
      () => askWhy(`Pause ${name}?`),
      (body) => put(`${path}/pause`, body),
      () => `Jobs called ${name} are paused.`,
    ),
    doing(
      "Resume this name",
      () => true,
      () => remove(`${path}/pause`),
      () => `Jobs called ${name} are not paused.`,
    ),
  );
}

function revived({ data: { retried } }) {
  if (!retried) return "None is dead or quarantined.";
  return retried === 1 ? "1 job runs again." : `${number(retried)} jobs run again.`;
}
