// Reads a mail as it lies in its file: RFC 5322 headers, RFC 2047 words, MIME parts.

/** The headers of a mail by their lower-case names, its text and its HTML ("" where it has none). */
export function readMail(source) {
  const mail = parse(source);
  const leaves = flatten(mail);
  const first = (type) => leaves.find((leaf) => leaf.type === type);
  const [text, html] = [first("text/plain"), first("text/html")];
  return {
    headers: Object.fromEntries(Object.entries(mail.headers).map(([name, value]) => [name, unword(value)])),
    text: text ? content(text) : "",
    html: html ? content(html) : "",
  };
}

function parse(entity) {
  const [, head, body] = /^([^]*?)\r?\n\r?\n([^]*)$/.exec(entity) ?? [null, entity, ""];
  const headers = {};
  for (const line of head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (name) headers[name.toLowerCase()] ??= value;
  }
  const { value: type, parameters } = parametrised(headers["content-type"] ?? "text/plain");
  return { headers, body, type: type.toLowerCase(), parameters };
}

/** `multipart/alternative; boundary="x"` */
function parametrised(header) {
  const parameters = {};
  for (const [, name, quoted, plain] of header.matchAll(/;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? plain;
  }
  return { value: header.split(";")[0].trim(), parameters };
}

function flatten(part) {
  if (!part.type.startsWith("multipart/")) return [part];
  return split(part.body, part.parameters.boundary ?? "").flatMap((inner) => flatten(parse(inner)));
}

function split(body, boundary) {
  const parts = [];
  let part = null;
  for (const line of body.split(/\r?\n/)) {
    const end = line.trimEnd();
    if (end === `--${boundary}` || end === `--${boundary}--`) {
      if (part) parts.push(part.join("\n"));
      part = end.endsWith("--") && end.length > boundary.length + 2 ? null : [];
      if (!part) break;
    } else {
      part?.push(line);
    }
  }
  return parts;
}

function content({ headers, body, parameters }) {
  switch (headers["content-transfer-encoding"]?.trim().toLowerCase()) {
    case "base64":
      return decode(unbase64(body), parameters.charset);
    case "quoted-printable":
      return decode(unquote(body.replace(/[ \t]*\r?\n/g, "\n").replace(/=\n/g, "")), parameters.charset);
    default:
      return body;
  }
}

/** `=?utf-8?q?Caf=C3=A9?=`; white space between two such words belongs to neither. */
function unword(header) {
  const words = header.replace(/(\?=)\s+(?==\?)/g, "$1");
  return words.replace(/=\?([^?*]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi, (_, charset, how, word) => {
    const bytes = how.toLowerCase() === "b" ? unbase64(word) : unquote(word.replaceAll("_", " "));
    return decode(bytes, charset);
  });
}

function unbase64(text) {
  try {
    return bytes(atob(text.replace(/[^A-Za-z0-9+/]/g, "")));
  } catch {
    return new TextEncoder().encode(text);
  }
}

const unquote = (text) => bytes(text.replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))));

const bytes = (binary) => Uint8Array.from(binary, (char) => char.charCodeAt(0));

function decode(encoded, charset = "utf-8") {
  try {
    return new TextDecoder(charset).decode(encoded);
  } catch {
    return new TextDecoder().decode(encoded);
  }
}
