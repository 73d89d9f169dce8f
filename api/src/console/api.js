// The admin API: who is signed in, how a request is sent, and what its failure says.

const KEPT = "commons.session";
const NOT_ALLOWED = "This account may not operate jobs. Sign in as an administrator.";

/** Tells the page that nobody is signed in any more; `detail` says why. */
export const leaving = new EventTarget();

let session = recall();
let refreshing = null;

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function keep(next) {
  session = next;
  if (next) sessionStorage.setItem(KEPT, JSON.stringify(next));
  else sessionStorage.removeItem(KEPT);
}

// A tab that was duplicated starts with the same refresh token, which is good once.
const tabs = new BroadcastChannel(KEPT);
tabs.onmessage = ({ data }) => {
  if (session?.refresh_token === data.traded) keep({ ...session, ...data.tokens });
};

/** A request that failed, as the API or the network tells it. */
export class Problem extends Error {
  constructor({ status = 0, body = {}, requestId, retryAfter = 0 }) {
    super(body.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body.code;
    this.fields = body.errors ?? [];
    this.requestId = body.request_id ?? requestId;
    this.retryAfter = retryAfter;
  }
}

async function send(method, path, { body, key, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (session) headers.Authorization = `Bearer ${session.token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem({ body: { detail: "The server cannot be reached." } });
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Problem({
    status: response.status,
    body: answer,
    requestId: response.headers.get("X-Request-Id"),
    retryAfter: Number(response.headers.get("Retry-After")) || 0,
  });
}

/** Sends a request as whoever is signed in, with a fresh token where theirs has expired. */
async function call(method, path, options) {
  const shown = session?.token;
  try {
    return await send(method, path, options);
  } catch (problem) {
    if (problem.code === "forbidden") await signOut(NOT_ALLOWED);
    if (problem.status !== 401 || !session) throw problem;
    if (session.token === shown) await (refreshing ??= refresh().finally(() => (refreshing = null)));
    return await send(method, path, options);
  }
}

async function refresh() {
  const traded = session.refresh_token;
  try {
    const { data: tokens } = await send("POST", "/auth/refresh", { body: { refresh_token: traded } });
    keep({ ...session, token: tokens.token, refresh_token: tokens.refresh_token });
    tabs.postMessage({ traded, tokens: { token: tokens.token, refresh_token: tokens.refresh_token } });
  } catch (problem) {
    if (problem.status === 401) end("Your session is over. Please sign in again.");
    throw problem;
  }
}

function end(why) {
  keep(null);
  leaving.dispatchEvent(new CustomEvent("left", { detail: why }));
}

export const me = () => session && { id: session.id, username: session.username };

export const look = (path, signal) => call("GET", path, { signal });
export const put = (path, body) => call("PUT", path, { body });
export const remove = (path) => call("DELETE", path);

/** Acts once, however often the request has to be sent. */
export const act = (path) => call("POST", path, { key: randomKey() });

// `randomUUID` is there over https and on localhost only.
function randomKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function signIn(account, password) {
  const claim = account.includes("@") ? { email: account } : { username: account };
  const { data } = await send("POST", "/auth/login", { body: { ...claim, password } });
  keep({ id: data.id, username: data.username, token: data.token, refresh_token: data.refresh_token });
  await look("/admin/jobs/pools");
}

export async function signOut(why) {
  // Whether or not the server hears it, nobody is signed in here any more.
  await send("POST", "/auth/logout").catch(() => {});
  end(why);
}
