// What was kept instead of sent, in one shape: mails, texts and pushes.

import { readMail } from "./mime.js";

const READERS = { mail: readLetter, text: readText, push: readPush };

/** To whom, about what and when; its text and its HTML ("" where it has none). */
export function readKept({ name, kind, source }) {
  const read = READERS[kind] ?? ((source) => ({ text: source, html: "" }));
  return { kind, source, at: madeAt(name), ...read(source) };
}

function readLetter(source) {
  const { headers, text, html } = readMail(source);
  const { from, to, subject } = headers;
  return { from, to, subject, text, html };
}

function readText(source) {
  const { headers, text } = readMail(source);
  return { to: headers.to, subject: text.trim(), text: text.trim(), html: "" };
}

function readPush(source) {
  try {
    const { token, notification, data } = JSON.parse(source).message;
    const { title, body } = notification;
    const facts = Object.entries(data).map(([name, value]) => `${name}: ${value}`);
    const text = [title, body, "", ...facts].join("\n");
    return { to: `device ${token}`, subject: `${title} ${body}`, text, html: "" };
  } catch {
    return { text: "", html: "" };
  }
}

/** A name begins with the time it was made: a UUIDv7 does. */
function madeAt(name) {
  const date = new Date(parseInt(name.replace("-", "").slice(0, 12), 16));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
