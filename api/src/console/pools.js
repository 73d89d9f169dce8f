// The pools at a glance, live.

import { askWhy } from "./acts.js";
import { look, me, put, remove } from "./api.js";
import { Notice, busy, button, fill, h, row, table, time, watch } from "./dom.js";
import { backlog, number, short, span } from "./words.js";

const EVERY_SECONDS = 2;

/** From here on an age catches the eye. */
const OLD_SECONDS = 60;

const COLUMNS = [
  ["Pool", "name"],
  ["Oldest runnable", "number"],
  ["Ready", "number"],
  ["Running", "number load"],
  ["Per minute", "number"],
  ["Scheduled", "number"],
  ["Dead", "number"],
  ["Quarantined", "number"],
  ["Workers", "number"],
  ["", "act"],
];

export function openPools(main, _, signal) {
  const notice = new Notice();
  const trouble = new Notice();
  const sum = h("p", { class: "sum" });
  const body = h("tbody");
  const lines = new Map();
  main.append(
    h("div", { class: "head" }, h("h1", null, "Pools"), sum),
    trouble.element,
    notice.element,
    table("pools cards", COLUMNS, body),
  );
  const again = watch(EVERY_SECONDS, signal, trouble, async () => {
    const { data } = await look("/admin/jobs/pools", signal);
    for (const pool of data.pools) {
      if (!lines.has(pool.pool)) {
        const line = new Line(pool.pool, notice, () => again());
        lines.set(pool.pool, line);
        body.append(line.element);
      }
      lines.get(pool.pool).show(pool);
    }
    fill(sum, told(data.pools));
  });
}

function told(pools) {
  const all = (count) => number(pools.reduce((sum, pool) => sum + pool[count], 0));
  const paused = pools.filter((pool) => pool.pause).length;
  const parts = [
    `${all("ready")} ready`,
    `${all("in_flight")} running`,
    `${all("settled_per_minute")} settled in the last minute`,
  ];
  if (paused) parts.push(`${paused} paused`);
  return parts.join(" · ");
}

/** A row that stays while its numbers change, so that the keyboard's focus stays too. */
class Line {
  constructor(pool, notice, changed) {
    const jobs = (state) => h("a", { href: `#/jobs?${new URLSearchParams({ pool, state })}` });
    this.pool = pool;
    this.pause = h("p", { class: "pause", hidden: true });
    this.age = h("span");
    this.ready = jobs("ready");
    this.running = jobs("running");
    this.fill = h("i");
    this.rate = h("span");
    this.scheduled = jobs("scheduled");
    this.dead = jobs("dead");
    this.quarantined = jobs("quarantined");
    this.workers = h("span");
    this.act = button("Pause", () => this.hold(notice, changed));
    const name = h("a", { href: `#/jobs?${new URLSearchParams({ pool })}` }, pool);
    this.element = row(COLUMNS, [
      [name, this.pause],
      this.age,
      this.ready,
      [h("span", { class: "meter", "aria-hidden": "true" }, this.fill), this.running],
      this.rate,
      this.scheduled,
      this.dead,
      this.quarantined,
      this.workers,
      this.act,
    ]);
  }

  show(pool) {
    const { pause, ready, workers, slots, in_flight: running, oldest_runnable_seconds: age } = pool;
    fill(this.age, ready ? span(age) : "–");
    this.age.className = ready && age >= OLD_SECONDS ? "warn" : ready ? "" : "zero";
    fill(this.running, slots ? `${number(running)} / ${number(slots)}` : number(running));
    this.fill.style.setProperty("width", `${slots ? Math.min(100, (100 * running) / slots) : 0}%`);
    count(this.ready, ready);
    count(this.rate, pool.settled_per_minute);
    count(this.scheduled, pool.scheduled);
    count(this.dead, pool.dead, "bad");
    count(this.quarantined, pool.quarantined, "bad");
    count(this.workers, workers);
    if (!workers && ready) this.workers.className = "bad";
    this.paused = Boolean(pause);
    this.element.classList.toggle("paused", this.paused);
    fill(this.act, this.paused ? "Resume" : "Pause");
    this.act.setAttribute("aria-label", `${this.act.textContent} ${this.pool}`);
    this.#showPause(pause);
  }

  #showPause(pause) {
    const said = JSON.stringify(pause ?? null);
    if (said === this.said) return;
    this.said = said;
    this.pause.hidden = !pause;
    if (!pause) return;
    const by = pause.paused_by && (pause.paused_by === me()?.id ? " by you" : ` by ${short(pause.paused_by)}`);
    const why = pause.reason && `: ${pause.reason}`;
    this.pause.replaceChildren("Paused since ", time(pause.since), ...[by, why].filter(Boolean));
    this.pause.title = pause.paused_by ?? "";
  }

  async hold(notice, changed) {
    const path = `/admin/jobs/pools/${this.pool}/pause`;
    const body = this.paused ? null : await askWhy(`Pause the pool ${this.pool}?`);
    if (!this.paused && !body) return;
    await busy(this.act, notice, () => (body ? put(path, body) : remove(path)));
    changed();
  }
}

function count(element, value, kind = "") {
  fill(element, backlog(value));
  element.className = value ? kind : "zero";
}
