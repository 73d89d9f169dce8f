// One job, in a drawer: why it does not run, all that went wrong, and what can be done about it.

import { nameActs } from "./acts.js";
import { act, look } from "./api.js";
import { Notice, ask, badge, busy, button, h, time, watch } from "./dom.js";

const EVERY_SECONDS = 3;
/** So many failures are seen at once. */
const RECENT = 3;

const RETRIED_FROM = ["scheduled", "ready", "dead", "quarantined"];
const ENDED = ["done", "discarded"];

/** Opens the drawer. `changed` is told how the job is now, `closed` that the drawer is gone. */
export function openJob(id, { changed, closed }) {
  const stop = new AbortController();
  const drawer = new Drawer(id, stop.signal, changed);
  document.body.append(drawer.element);
  drawer.element.addEventListener("close", () => {
    stop.abort();
    drawer.element.remove();
    closed();
  });
  drawer.element.showModal();
  drawer.start();
  return { id, close: () => drawer.element.close() };
}

class Drawer {
  constructor(id, signal, changed) {
    this.id = id;
    this.path = `/admin/jobs/${id}`;
    this.signal = signal;
    this.changed = changed;
    this.trouble = new Notice();
    this.notice = new Notice();
    this.title = h("h2", null, "…");
    this.state = h("span");
    this.retry = button("Run now", () => this.#act(this.retry, "retry"), { class: "primary", hidden: true });
    this.discard = button("Discard", () => this.#discard(), { class: "danger", hidden: true });
    this.named = h("section");
    this.body = h("div", { class: "body" });
    const close = () => this.element.close();
    this.element = h(
      "dialog",
      // A click beside the drawer closes it.
      { class: "drawer", "aria-label": "Job", onclick: ({ target }) => target === this.element && close() },
      h(
        "article",
        null,
        h("header", null, h("div", null, this.state, this.title), button("Close", close, { class: "quiet" })),
        h("p", { class: "id" }, h("code", null, id)),
        h("div", { class: "acts" }, this.retry, this.discard),
        this.trouble.element,
        this.notice.element,
        this.body,
        this.named,
      ),
    );
  }

  start() {
    this.again = watch(EVERY_SECONDS, this.signal, this.trouble, async () => {
      if (ENDED.includes(this.job?.state)) return;
      const [{ data: job }, { data: why }] = await Promise.all([
        look(this.path, this.signal),
        look(`${this.path}/explanation`, this.signal),
      ]);
      this.#show(job, why);
    });
  }

  #show(job, why) {
    const told = JSON.stringify([job, why]);
    if (told === this.told) return;
    this.told = told;
    if (!this.job) this.#name(job.name);
    this.job = job;
    this.state.replaceChildren(badge(job.state));
    this.retry.hidden = !RETRIED_FROM.includes(job.state);
    this.discard.hidden = ENDED.includes(job.state) || job.state === "running";
    this.body.replaceChildren(
      explained(job, why),
      failures(job),
      json("Payload", job.payload),
      json("Checkpoint", job.checkpoint),
      facts(job),
    );
    this.changed(job);
  }

  #name(name) {
    this.title.textContent = name;
    const others = h("a", { href: `#/jobs?${new URLSearchParams({ name })}` }, "All jobs of this name");
    this.named.append(
      h("h3", null, others),
      nameActs(name, this.notice, () => this.again()),
    );
  }

  async #discard() {
    const sure = await ask({
      title: "Discard this job?",
      text: "It will not run. For a day it can be looked up.",
      action: "Discard",
      danger: true,
    });
    if (sure !== null) await this.#act(this.discard, "discard");
  }

  async #act(pressed, verb) {
    await busy(pressed, this.notice, () => act(`${this.path}/${verb}`));
    this.again();
  }
}

function explained({ state }, { reasons }) {
  const asks = ["scheduled", "ready"].includes(state);
  const lines = reasons.map(({ code, detail }) => h("li", null, h("code", null, code), ` ${detail}`));
  return h(
    "section",
    { class: "why" },
    h("h3", null, asks ? "Why is it not running?" : "Where it stands"),
    lines.length ? h("ul", null, lines) : h("p", null, "Nothing stands in its way: the next free worker takes it."),
  );
}

function failures({ errors }) {
  if (!errors.length) return "";
  const lines = errors.toReversed().map(failure);
  const [recent, earlier] = [lines.slice(0, RECENT), lines.slice(RECENT)];
  return h(
    "section",
    { class: "failures" },
    h("h3", null, "What went wrong"),
    h("ol", null, recent),
    earlier.length > 0 &&
      h("details", null, h("summary", null, `${earlier.length} more before`), h("ol", null, earlier)),
  );
}

function failure({ attempt, at, kind, error, worker }) {
  const where = worker && h("code", { title: "The worker" }, worker);
  return h(
    "li",
    null,
    h("p", null, h("strong", null, `Attempt ${attempt}`), ` ${kind} `, time(at), where),
    h("pre", null, error),
  );
}

function json(title, value) {
  if (value == null) return "";
  return h("section", null, h("h3", null, title), h("pre", null, JSON.stringify(value, null, 2)));
}

function facts(job) {
  const code = (text) => text && h("code", null, text);
  const known = [
    ["Pool", `${job.pool}, ${job.class}`],
    ["Attempts", job.max_attempts ? `${job.attempt} of ${job.max_attempts}` : String(job.attempt)],
    ["Workers that died of it", job.crashes > 0 && String(job.crashes)],
    ["Enqueued so often", job.merged > 1 && String(job.merged)],
    ["Created", time(job.created_at)],
    ["Due", job.due_at && time(job.due_at)],
    ["Claimed", job.claimed_at && time(job.claimed_at)],
    ["Ended", job.finished_at && time(job.finished_at)],
    ["Request", code(job.request_id)],
    ["Trace", code(job.trace)],
    ["For the account", code(job.actor)],
    ["Worker", code(job.worker)],
    ["Unique key", code(job.unique_key)],
  ];
  const lines = known
    .filter(([, value]) => value)
    .flatMap(([name, value]) => [h("dt", null, name), h("dd", null, value)]);
  return h("section", null, h("h3", null, "Facts"), h("dl", null, lines));
}
