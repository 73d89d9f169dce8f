// What was kept because there is nobody to send it: mails, texts and pushes.

import { look } from "./api.js";
import { Notice, badge, button, fill, h, time, watch } from "./dom.js";
import { readKept } from "./kept.js";
import { exactly, number } from "./words.js";

const EVERY_SECONDS = 5;

/** Mails are the one place where markup is made from data: for a frame without scripts. */
const policy = globalThis.trustedTypes?.createPolicy("mail", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

/** How mails were last looked at. */
let preferred = "HTML";

export function openOutbox(main, to, signal) {
  const box = new Box(main, to.id);
  watch(EVERY_SECONDS, signal, box.trouble, async () => {
    const { data } = await look("/admin/mails", signal);
    box.take(data.mails);
  });
  return ({ id }) => box.open(id);
}

class Box {
  constructor(main, id) {
    this.wanted = id;
    this.mails = new Map();
    this.trouble = new Notice();
    this.sum = h("p", { class: "sum" });
    this.list = h("ul", { class: "list" });
    this.reader = h("article", { class: "reader" });
    this.empty = h(
      "p",
      { class: "empty", hidden: true },
      "Nothing is kept. With a mail server, Twilio and FCM all is sent instead.",
    );
    this.element = h("div", { class: "mails" }, this.list, this.reader);
    main.append(
      h("div", { class: "head" }, h("h1", null, "Outbox"), this.sum),
      this.trouble.element,
      this.empty,
      this.element,
    );
  }

  /** Takes what the folder holds, the newest first, touching only what is new or gone. */
  take(kept) {
    const names = new Set(kept.map(({ name }) => name));
    for (const [name, { line }] of this.mails) {
      if (names.has(name)) continue;
      line.remove();
      this.mails.delete(name);
    }
    for (const one of kept.toReversed()) {
      if (this.mails.has(one.name)) continue;
      const mail = readKept(one);
      const line = h("li", null, entry(one.name, mail));
      this.mails.set(one.name, { ...mail, line });
      this.list.prepend(line);
    }
    this.empty.hidden = names.size > 0;
    this.element.hidden = names.size === 0;
    fill(this.sum, names.size ? `${number(names.size)} kept instead of sent, the newest first` : "");
    this.newest ??= kept[0]?.name;
    if (!this.shown) this.open(this.wanted);
  }

  /** Opens one; where none is chosen, wide screens show the newest. */
  open(wanted) {
    this.wanted = wanted;
    const name = wanted || this.newest;
    const mail = this.mails.get(name);
    this.element.classList.toggle("open", Boolean(wanted));
    for (const [other, { line }] of this.mails) {
      if (other === name) line.firstChild.setAttribute("aria-current", "true");
      else line.firstChild.removeAttribute("aria-current");
    }
    if (mail && this.shown !== name) this.reader.replaceChildren(...read(mail));
    if (!mail && wanted)
      this.reader.replaceChildren(back(), h("p", { class: "empty" }, "This is not kept any more."));
    this.shown = mail && name;
  }
}

function entry(name, { kind, to, subject, at }) {
  return h(
    "a",
    { href: `#/outbox/${encodeURIComponent(name)}` },
    h("span", { class: "to" }, to ?? "nobody"),
    time(at),
    h("span", { class: "subject" }, kind !== "mail" && [badge(kind), " "], subject || "(no subject)"),
  );
}

const back = () => h("a", { class: "back", href: "#/outbox" }, "← All");

function read(mail) {
  const { from, to, subject, at } = mail;
  const fact = (name, value) => value && [h("dt", null, name), h("dd", null, value)];
  const views = {
    ...(mail.html && { HTML: () => framed(mail.html) }),
    ...(mail.text && { Text: () => linked(mail.text) }),
    Source: () => h("pre", null, mail.source),
  };
  const part = h("div", { class: "part" });
  const tabs = Object.keys(views).map((name) => button(name, () => show(name, true)));
  const show = (name, isChoice) => {
    if (isChoice) preferred = name;
    for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.textContent === name));
    part.replaceChildren(views[name]());
  };
  show(views[preferred] ? preferred : Object.keys(views)[0]);
  return [
    back(),
    h("h2", null, subject || "(no subject)"),
    h("dl", null, fact("From", from), fact("To", to), fact("Date", at && exactly(new Date(at)))),
    h("div", { class: "switch", role: "group", "aria-label": "Show as" }, tabs),
    part,
  ];
}

/** The text, its links to follow. */
function linked(text) {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/i).map((part, at) => {
    if (at % 2 === 0) return part;
    // What ends a sentence does not belong to its link.
    const [, link, rest] = /^(.*?)([.,;:!?)\]'*]*)$/.exec(part);
    return isWeb(link) ? [h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, link), rest] : part;
  });
  return h("pre", { class: "text" }, parts.flat());
}

/** The HTML in a frame that runs nothing, loads nothing, and opens links elsewhere. */
function framed(html) {
  const page = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
  for (const link of page.querySelectorAll("a, area")) {
    if (!isWeb(link.getAttribute("href"))) link.removeAttribute("href");
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
  }
  const frame = h("iframe", { title: "The HTML of the mail", sandbox: "allow-popups allow-popups-to-escape-sandbox" });
  frame.srcdoc = policy.createHTML(`<!doctype html>${page.documentElement.outerHTML}`);
  return frame;
}

function isWeb(link) {
  try {
    return ["http:", "https:"].includes(new URL(link).protocol);
  } catch {
    return false;
  }
}
