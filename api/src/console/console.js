// The console: signing in, and the tabs. The address says what is shown: #/jobs/<id>?state=dead.

import { leaving, me, signIn, signOut } from "./api.js";
import { openAudit } from "./audit.js";
import { Notice, busy, h } from "./dom.js";
import { openJobs } from "./jobs.js";
import { openOutbox } from "./outbox.js";
import { openPools } from "./pools.js";

const TABS = { pools: openPools, jobs: openJobs, outbox: openOutbox, audit: openAudit };

const main = document.getElementById("main");
const nav = document.querySelector("nav");
const account = document.querySelector(".account");

let shown = null;

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [tab, ...rest] = path.split("/");
  return {
    tab: Object.hasOwn(TABS, tab) ? tab : "pools",
    id: decoded(rest.join("/")),
    query: new URLSearchParams(query),
  };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Shows the tab of the address; a tab that is shown already is told where to go within itself. */
function show() {
  if (!me()) return showSignIn();
  const to = place();
  if (shown?.tab === to.tab && shown.move) return shown.move(to);
  close();
  const stop = new AbortController();
  nav.hidden = account.hidden = false;
  document.getElementById("who").textContent = me().username;
  for (const link of nav.children) {
    if (link.hash === `#/${to.tab}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${to.tab[0].toUpperCase()}${to.tab.slice(1)} · Commons console`;
  main.replaceChildren();
  shown = { tab: to.tab, stop, move: TABS[to.tab](main, to, stop.signal) };
}

function close() {
  shown?.stop.abort();
  shown = null;
}

function showSignIn(why) {
  close();
  nav.hidden = account.hidden = true;
  document.title = "Sign in · Commons console";
  const notice = new Notice();
  const name = h("input", {
    name: "username",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
  });
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const enter = h("button", { class: "primary" }, "Sign in");
  const submit = (event) => {
    event.preventDefault();
    busy(enter, notice, async () => {
      await signIn(name.value.trim(), password.value);
      show();
    });
  };
  const form = h(
    "form",
    { class: "sign-in", onsubmit: submit },
    h("h1", null, "Sign in"),
    h("p", null, "For those who keep Commons running."),
    notice.element,
    h("label", null, "E-mail or username", name),
    h("label", null, "Password", password),
    enter,
  );
  main.replaceChildren(form);
  if (why) notice.fail({ message: why });
  name.focus();
}

leaving.addEventListener("left", ({ detail }) => showSignIn(detail));
addEventListener("hashchange", show);
document.getElementById("leave").addEventListener("click", () => signOut());
// The address is for the tabs: the link must not change it.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
show();
