// What administrators did.

import { look, me } from "./api.js";
import { Notice, busy, button, fill, h, row, table, time } from "./dom.js";
import { isId, portion, short } from "./words.js";

const AT_ONCE = 50;

const COLUMNS = [
  ["When", "when"],
  ["Who", ""],
  ["Act", ""],
  ["To what", "name"],
  ["Details", "detail"],
  ["Request", "request"],
];

export function openAudit(main, _, signal) {
  const notice = new Notice();
  const sum = h("p", { class: "sum" });
  const body = h("tbody");
  const empty = h("p", { class: "empty", hidden: true }, "Nobody has done anything yet.");
  const more = button("More", () => busy(more, notice, next), { hidden: true });
  let cursor = null;
  const next = async () => {
    const query = new URLSearchParams({ limit: AT_ONCE, ...(cursor && { cursor }) });
    const { data, pagination } = await look(`/admin/audit?${query}`, signal);
    cursor = pagination.next_cursor;
    body.append(...data.map(line));
    more.hidden = !pagination.has_more;
    empty.hidden = body.children.length > 0;
    fill(sum, portion(body.children.length, pagination));
  };
  const refresh = button("Refresh", () =>
    busy(refresh, notice, async () => {
      cursor = null;
      body.replaceChildren();
      await next();
    }),
  );
  main.append(
    h("div", { class: "head" }, h("h1", null, "Audit"), sum, refresh),
    notice.element,
    table("audit cards", COLUMNS, body),
    empty,
    h("p", { class: "foot" }, more),
  );
  busy(more, notice, next);
}

function line(act) {
  return row(COLUMNS, [
    time(act.created_at),
    who(act),
    h("code", null, act.action),
    target(act),
    details(act.detail),
    act.request_id &&
      h("code", { title: act.request_id }, isId(act.request_id) ? short(act.request_id) : act.request_id),
  ]);
}

function who({ actor, actor_name: name }) {
  if (actor && actor === me()?.id) return "you";
  return h("span", { title: actor ?? name }, isId(name) ? short(name) : name);
}

function target({ action, target }) {
  const href = {
    job: isId(target) && `#/jobs/${target}`,
    jobs: `#/jobs?${new URLSearchParams({ name: target })}`,
    job_name: `#/jobs?${new URLSearchParams({ name: target })}`,
    pool: `#/jobs?${new URLSearchParams({ pool: target })}`,
  }[action.split(".")[0]];
  return href ? h("a", { href }, target) : target;
}

function details(detail) {
  const known = Object.entries(detail ?? {}).filter(([, value]) => value !== null);
  return known
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
