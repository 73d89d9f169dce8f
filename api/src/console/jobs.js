// The list of jobs, and the one that is open above it.

import { nameActs } from "./acts.js";
import { look } from "./api.js";
import { Notice, badge, busy, button, fill, h, row, table, time } from "./dom.js";
import { openJob } from "./job.js";
import { isId, portion, short } from "./words.js";

const STATES = ["scheduled", "ready", "running", "dead", "quarantined", "done", "discarded"];
const AT_ONCE = 50;

const COLUMNS = [
  ["State", "state"],
  ["Job", "name"],
  ["Pool", ""],
  ["Attempt", "number"],
  ["Created", "when"],
  ["Due or ended", "when"],
  ["Last error", "error"],
];

/** Names that were seen since the page was loaded, to choose from. */
const names = new Set();

export function openJobs(main, to, signal) {
  const list = new List(main, signal);
  list.move(to);
  return (next) => list.move(next);
}

class List {
  constructor(main, signal) {
    this.signal = signal;
    this.notice = new Notice();
    this.sum = h("p", { class: "sum" });
    this.body = h("tbody");
    this.more = button("More", () => busy(this.more, this.notice, () => this.#read(this.cursor)), { hidden: true });
    this.empty = h("p", { class: "empty", hidden: true }, "No job is like this.");
    this.named = h("section", { class: "named", hidden: true });
    this.lines = new Map();
    main.append(
      h("div", { class: "head" }, h("h1", null, "Jobs"), this.sum),
      this.#filters(),
      this.named,
      this.notice.element,
      table("jobs cards", COLUMNS, this.body),
      this.empty,
      h("p", { class: "foot" }, this.more),
    );
    signal.addEventListener("abort", () => this.job?.close());
  }

  #filters() {
    const options = (all) => ["", ...all].map((one) => h("option", { value: one }, one || "any"));
    const changed = () => this.#filter();
    this.state = h("select", { onchange: changed }, options(STATES));
    this.pool = h("select", { onchange: changed }, options([]));
    this.name = h("input", {
      type: "search",
      list: "names",
      placeholder: "any",
      spellcheck: "false",
      onchange: changed,
    });
    this.names = h("datalist", { id: "names" });
    const refresh = button("Refresh", () => busy(refresh, this.notice, () => this.#read()));
    this.#offerPools().catch((problem) => this.notice.fail(problem));
    const submit = (event) => event.preventDefault();
    return h(
      "form",
      { class: "filters", role: "search", "aria-label": "Jobs", onsubmit: submit },
      h("label", null, "State", this.state),
      h("label", null, "Pool", this.pool),
      h("label", { class: "wide" }, "Name", this.name),
      this.names,
      refresh,
    );
  }

  async #offerPools() {
    const { data } = await look("/admin/jobs/pools", this.signal);
    this.pool.append(...data.pools.map(({ pool }) => h("option", { value: pool }, pool)));
    this.pool.value = this.wanted.get("pool") ?? "";
  }

  #filter() {
    const query = new URLSearchParams();
    const fields = { state: this.state.value, pool: this.pool.value, name: this.name.value.trim() };
    for (const [field, value] of Object.entries(fields)) if (value) query.set(field, value);
    location.hash = address("", query);
  }

  /** Goes to another filter, or opens or closes a job above the list. */
  move({ id, query }) {
    const asked = query.toString();
    if (this.asked !== asked) {
      this.asked = asked;
      this.wanted = query;
      this.state.value = query.get("state") ?? "";
      this.pool.value = query.get("pool") ?? "";
      this.name.value = query.get("name") ?? "";
      this.#offerNameActs(query.get("name"));
      this.notice.clear();
      this.#afresh();
    }
    if (this.job?.id !== id) this.#open(id);
  }

  #offerNameActs(name) {
    this.named.hidden = !name;
    if (!name) return;
    const acts = nameActs(name, this.notice, () => this.#afresh());
    this.named.replaceChildren(h("p", null, "All jobs called ", h("code", null, name)), acts);
  }

  #open(id) {
    this.job?.close();
    this.job = null;
    if (!id) return;
    if (!isId(id)) return this.notice.fail({ message: "This is no job's id." });
    const closed = () => {
      if (location.hash.startsWith(`#/jobs/${id}`)) location.hash = address("", this.wanted);
      this.lines.get(id)?.querySelector("a").focus({ preventScroll: true });
    };
    this.job = openJob(id, { changed: (job) => this.#put(job), closed });
  }

  #afresh() {
    this.#read().catch((problem) => {
      this.#clear();
      this.notice.fail(problem);
    });
  }

  #clear() {
    this.lines.clear();
    this.body.replaceChildren();
    this.more.hidden = this.empty.hidden = true;
    fill(this.sum, "");
  }

  /** Reads a page, the first one where no cursor leads to another. Only the page that was asked for last is shown. */
  async #read(cursor) {
    const turn = (this.turn = Symbol("turn"));
    const query = new URLSearchParams(this.wanted);
    query.set("limit", AT_ONCE);
    if (cursor) query.set("cursor", cursor);
    const page = await look(`/admin/jobs?${query}`, this.signal).catch((problem) => {
      if (turn === this.turn) throw problem;
    });
    if (turn !== this.turn) return;
    if (!cursor) this.#clear();
    this.#show(page);
  }

  #show({ data, pagination }) {
    for (const job of data) {
      this.#put(job, true);
      names.add(job.name);
    }
    this.cursor = pagination.next_cursor;
    this.more.hidden = !pagination.has_more;
    this.empty.hidden = this.lines.size > 0;
    this.names.replaceChildren(...[...names].sort().map((name) => h("option", { value: name })));
    fill(this.sum, portion(this.lines.size, pagination));
  }

  /** Shows a job of the list as it is now. */
  #put(job, isNew) {
    const line = this.lines.get(job.id);
    if (!line && !isNew) return;
    const next = this.#line(job);
    if (line?.isEqualNode(next)) return;
    if (line) line.replaceWith(next);
    else this.body.append(next);
    this.lines.set(job.id, next);
  }

  #line(job) {
    return row(COLUMNS, [
      badge(job.state),
      [h("a", { href: address(job.id, this.wanted) }, job.name), h("code", { title: job.id }, short(job.id))],
      job.pool,
      [String(job.attempt), job.crashes > 0 && h("span", { class: "bad" }, ` +${job.crashes} crashed`)],
      time(job.created_at),
      time(job.finished_at ?? job.due_at),
      job.last_error && h("span", { title: job.last_error }, job.last_error),
    ]);
  }
}

function address(id, query) {
  const filter = query.toString();
  return `#/jobs${id && `/${id}`}${filter && `?${filter}`}`;
}
