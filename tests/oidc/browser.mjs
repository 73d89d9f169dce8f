// As much of a browser as signing in takes: cookies, redirects, forms.

export class Browser {
  #cookies = [];

  // Follows redirects until a page, an answer, or a URL that begins with `until`.
  async get(url, until) {
    return this.#go(new URL(url), { method: "GET" }, until);
  }

  // Sends the page's first form, with these fields filled in.
  async submit(page, fields, until) {
    const form = page.text.match(/<form[^>]*action="([^"]*)"/);
    if (!form) throw new Error(`no form at ${page.url}: ${page.text}`);
    const hidden = page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
    const body = new URLSearchParams([...hidden].map(([, name, value]) => [name, value]));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.#go(new URL(unescape(form[1]), page.url), { method: "POST", body }, until);
  }

  // Follows the page's first link that holds `part`.
  async follow(page, part, until) {
    const links = [...page.text.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => unescape(href));
    const link = links.find((link) => link.includes(part));
    if (!link) throw new Error(`no link to ${part} at ${page.url}`);
    return this.#go(new URL(link, page.url), { method: "GET" }, until);
  }

  async #go(url, request, until) {
    for (let step = 0; step < 20; step += 1) {
      const headers = { accept: "text/html", cookie: this.#cookiesFor(url) };
      const answer = await fetch(url, { ...request, headers, redirect: "manual" });
      answer.headers.getSetCookie().forEach((cookie) => this.#keep(url, cookie));
      const text = await answer.text();
      const location = answer.headers.get("location");
      if (!location) return { url, status: answer.status, text };
      url = new URL(location, url);
      request = { method: "GET" };
      if (until && url.href.startsWith(until)) return { url, status: answer.status, text };
    }
    throw new Error(`redirects without end, at ${url}`);
  }

  #keep(url, line) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const said = new Map(
      attributes.map((attribute) => {
        const [name, value = ""] = attribute.split("=");
        return [name.toLowerCase(), value];
      }),
    );
    const cookie = {
      host: url.hostname,
      path: said.get("path") || "/",
      name: pair.slice(0, at),
      value: pair.slice(at + 1),
    };
    const same = (other) => ["host", "path", "name"].every((key) => other[key] === cookie[key]);
    this.#cookies = this.#cookies.filter((other) => !same(other));
    if (cookie.value && said.get("max-age") !== "0") this.#cookies.push(cookie);
  }

  #cookiesFor(url) {
    const fitting = this.#cookies.filter(
      ({ host, path }) =>
        host === url.hostname &&
        (url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, "/"))),
    );
    return fitting.map(({ name, value }) => `${name}=${value}`).join("; ");
  }
}

function unescape(text) {
  return text.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
}
