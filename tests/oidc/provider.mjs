// A real provider of OpenID Connect with accounts in memory: whoever signs in as `ada` is Ada.
//
//   PORT=… REDIRECT_URI=… CLIENT_ID=… CLIENT_SECRET=… node provider.mjs

import { randomBytes } from "node:crypto";
import { Provider } from "oidc-provider";

const { PORT, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET } = process.env;

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: [REDIRECT_URI],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "given_name", "family_name", "picture"],
  },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => claims(id) }),
});

function claims(id) {
  const name = id[0].toUpperCase() + id.slice(1);
  return {
    sub: `account-${id}`,
    email: `${id}@campus.example`,
    email_verified: true,
    name: `${name} Example`,
    given_name: name,
    family_name: "Example",
  };
}

provider.on("server_error", (_, error) => console.error(error));
provider.listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
