// Signs in to a running Commons by way of a running provider, as a person with a browser and an application would.
//
//   API=… RETURN_TO=… node login.mjs

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Browser } from "./browser.mjs";

const { API, RETURN_TO } = process.env;

// With a new browser each: nobody is signed in at the provider.
async function throughProvider(url, login, until) {
  const browser = new Browser();
  const signIn = await browser.get(url);
  assert.equal(signIn.status, 200, signIn.text);
  const consent = await browser.submit(signIn, { login, password: "any" }, until);
  const done = consent.text.includes('value="consent"')
    ? await browser.submit(consent, {}, until)
    : consent;
  return { browser, done };
}

async function signIn(login) {
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(8).toString("hex");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const query = new URLSearchParams({ return_to: RETURN_TO, state, code_challenge: challenge });
  const { done } = await throughProvider(`${API}/auth/oauth/campus?${query}`, login, RETURN_TO);
  assert.equal(done.url.searchParams.get("state"), state);
  const code = done.url.searchParams.get("code");
  assert.ok(code, `no code in ${done.url}`);
  const [first, second] = [await trade(code, verifier), await trade(code, verifier)];
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.equal(second.status, 400, "a code is good once");
  return first.body.data;
}

async function trade(code, code_verifier) {
  const answer = await fetch(`${API}/auth/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code, code_verifier }),
  });
  return { status: answer.status, body: await answer.json() };
}

async function me(token) {
  const answer = await fetch(`${API}/users/me`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  return (await answer.json()).data;
}

async function step(what, check) {
  await check();
  console.log(`ok  ${what}`);
}

let ada;

await step("the provider is offered", async () => {
  const offered = await (await fetch(`${API}/auth/oauth`)).json();
  assert.deepEqual(offered.data, [{ name: "campus", title: "Campus" }]);
});

await step("somebody new signs in and is who the provider says", async () => {
  ada = await me((await signIn("ada")).token);
  assert.equal(ada.email, "ada@campus.example");
  assert.equal(ada.email_verified, true);
  assert.equal(ada.full_name, "Ada Example");
});

await step("a second sign-in comes into the same account", async () => {
  const again = await me((await signIn("ada")).token);
  assert.equal(again.id, ada.id);
});

await step("somebody else comes into another", async () => {
  const bob = await me((await signIn("bob")).token);
  assert.notEqual(bob.id, ada.id);
});

await step("without an application the callback answers, once", async () => {
  const { browser, done } = await throughProvider(`${API}/auth/oauth/campus`, "ada");
  assert.equal(done.status, 200, done.text);
  assert.equal((await me(JSON.parse(done.text).data.token)).id, ada.id);
  const replayed = await browser.get(done.url);
  assert.equal(replayed.status, 400);
});

await step("who calls it off is sent back with the reason", async () => {
  const challenge = "x".repeat(43);
  const query = new URLSearchParams({ return_to: RETURN_TO, code_challenge: challenge });
  const browser = new Browser();
  const page = await browser.get(`${API}/auth/oauth/campus?${query}`);
  const back = await browser.follow(page, "/abort", RETURN_TO);
  assert.equal(back.url.searchParams.get("error"), "access_denied");
});
