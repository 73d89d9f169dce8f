// Pieces of the page. Whatever comes from the server becomes text here, never markup.

import { exactly, moment } from "./words.js";

/** An element with attributes and `on…` listeners; children are elements, texts or nothing. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Changes a text only where it differs, so that selections and screen readers are left in peace. */
export function fill(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const button = (text, onclick, attributes) => h("button", { type: "button", onclick, ...attributes }, text);

export const badge = (state) => h("span", { class: `badge ${state}` }, state);

export function time(iso) {
  if (!iso) return h("span", { class: "none" }, "–");
  const date = new Date(iso);
  return h("time", { datetime: iso, title: exactly(date) }, moment(date));
}

/** A table whose cells know their column, for narrow screens where each row is a card. */
export function table(name, columns, body) {
  const heads = columns.map(([text, kind]) => h("th", { scope: "col", class: kind }, text));
  return h("table", { class: name }, h("thead", null, h("tr", null, heads)), body);
}

export function row(columns, cells) {
  return h(
    "tr",
    null,
    cells.map((cell, at) => h("td", { "data-label": columns[at][0], class: columns[at][1] }, cell)),
  );
}

/** A line that says how something went. */
export class Notice {
  element = h("div", { class: "notice", role: "status", hidden: true });

  say(text) {
    this.#show("good", text);
  }

  fail(problem) {
    const fields = problem.fields?.map(({ field, detail }) => `${field}: ${detail}`).join("; ");
    const request = problem.requestId && h("code", { title: "Names the request in the logs" }, problem.requestId);
    this.#show("bad", problem.message, fields && ` ${fields}`, request && [" Request ", request]);
  }

  clear() {
    this.element.hidden = true;
  }

  #show(kind, ...parts) {
    this.element.className = `notice ${kind}`;
    this.element.replaceChildren(
      h("span", null, ...parts),
      button("Dismiss", () => this.clear(), { class: "quiet" }),
    );
    this.element.hidden = false;
  }
}

/** Runs `work` for a button that is deaf meanwhile but keeps the focus; says what went wrong. */
export async function busy(pressed, notice, work) {
  if (pressed.ariaDisabled === "true") return;
  pressed.ariaDisabled = "true";
  try {
    notice.clear();
    await work();
  } catch (problem) {
    notice.fail(problem);
  } finally {
    pressed.ariaDisabled = null;
  }
}

/** Asks before an act. Answers what was typed ("" where nothing was asked for), or null. */
export function ask({ title, text, action, input, danger }) {
  const field =
    input && h("input", { name: "answer", maxlength: 500, placeholder: input.placeholder, autocomplete: "off" });
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", null, title),
    text && h("p", null, text),
    field && h("label", null, input.label, field),
    h(
      "div",
      { class: "acts" },
      button("Cancel", () => dialog.close(), { class: "quiet" }),
      h("button", { value: "yes", class: danger ? "danger" : "primary" }, action),
    ),
  );
  const dialog = h("dialog", { class: "ask", "aria-label": title }, form);
  document.body.append(dialog);
  dialog.showModal();
  field?.focus();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      answer(dialog.returnValue === "yes" ? (field?.value.trim() ?? "") : null);
      dialog.remove();
    });
  });
}

/** Looks now, and again every `seconds` while the page is visible, until `signal` says stop. */
export function watch(seconds, signal, notice, look) {
  let timer;
  let failed = false;
  const again = async () => {
    clearTimeout(timer);
    let wait = seconds;
    try {
      await look();
      if (failed) notice.clear();
      failed = false;
    } catch (problem) {
      if (signal.aborted) return;
      failed = true;
      notice.fail(problem);
      wait = Math.max(wait, problem.retryAfter ?? 0);
    }
    clearTimeout(timer);
    if (!signal.aborted && !document.hidden) timer = setTimeout(again, wait * 1000);
  };
  document.addEventListener("visibilitychange", () => !document.hidden && again(), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  again();
  return again;
}
