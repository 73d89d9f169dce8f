use super::reader::Reader;
use crate::secret::Secret;

mod return_to;
mod values;

pub use return_to::ReturnTo;
pub(crate) use return_to::is_loopback;
use values::{Endpoint, Kind, Name, Pem};

/// Accounts elsewhere that people may sign in with.
#[derive(Clone, Debug)]
pub struct Providers {
    pub list: Vec<Provider>,
    pub return_to: Vec<ReturnTo>,
}

#[derive(Clone, Debug)]
pub struct Provider {
    /// Its word in paths: `google`.
    pub name: String,
    /// Its word for people: `Google`.
    pub title: String,
    pub client_id: String,
    pub scopes: String,
    pub kind: ProviderKind,
}

#[derive(Clone, Debug)]
pub enum ProviderKind {
    Oidc(Oidc),
    Apple(Apple),
    Github(Github),
}

impl ProviderKind {
    /// Who vouches for people, and where to find them.
    pub fn issuer(&self) -> &str {
        match self {
            Self::Oidc(oidc) => &oidc.issuer,
            Self::Apple(apple) => &apple.issuer,
            Self::Github(github) => &github.url,
        }
    }
}

/// Any issuer of OpenID Connect.
#[derive(Clone, Debug)]
pub struct Oidc {
    pub issuer: String,
    /// None: a public client, which PKCE alone protects.
    pub secret: Option<Secret>,
}

/// OpenID Connect, with a client secret that is signed anew each time.
#[derive(Clone, Debug)]
pub struct Apple {
    pub issuer: String,
    pub team_id: String,
    pub key_id: String,
    /// PKCS#8 in base64, as between the lines of a PEM file.
    pub private_key: Secret,
}

/// OAuth 2.0 without OpenID Connect.
#[derive(Clone, Debug)]
pub struct Github {
    pub url: String,
    pub api_url: String,
    pub secret: Secret,
}

/// The settings of all providers, one list a setting.
struct Told {
    names: Vec<String>,
    kinds: Vec<Option<Kind>>,
    titles: Vec<Option<String>>,
    client_ids: Vec<Option<String>>,
    secrets: Vec<Option<String>>,
    issuers: Vec<Option<Endpoint>>,
    scopes: Vec<Option<String>>,
    urls: Vec<Option<Endpoint>>,
    api_urls: Vec<Option<Endpoint>>,
    team_ids: Vec<Option<String>>,
    key_ids: Vec<Option<String>>,
    private_keys: Vec<Option<Pem>>,
}

impl Providers {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Sign-in with an account elsewhere");
        let names = reader.list::<Name>("OAUTH_PROVIDERS", "Providers that people may sign in with, by their names: google,github,apple,campus. Each has settings of its own, with its name in capitals for `<NAME>`: OAUTH_GOOGLE_CLIENT_ID. Not set: none.");
        let told = Told::read(reader, names.as_deref().unwrap_or_default());
        let return_to = reader.list("OAUTH_RETURN_TO", "Where applications may have people sent back to, comma-separated: https://app.example/signed-in, myapp://signed-in. The origin has to be the same, the path the same or below.");
        let (_, told) = (names?, told?);
        let list: Vec<Option<Provider>> = (0..told.names.len())
            .map(|at| told.provider(reader, at))
            .collect();
        Some(Self {
            list: list.into_iter().collect::<Option<_>>()?,
            return_to: return_to?,
        })
    }
}

impl Told {
    fn read(reader: &mut Reader<'_>, names: &[Name]) -> Option<Self> {
        let names: Vec<String> = names.iter().map(|name| name.0.clone()).collect();
        let kinds = reader.each(
            "OAUTH_<NAME>_KIND",
            &names,
            "oidc, apple or github. Default: as the name says, else oidc.",
        );
        let titles = reader.each(
            "OAUTH_<NAME>_TITLE",
            &names,
            "What people call the provider. Default: its name.",
        );
        let client_ids = reader.each(
            "OAUTH_<NAME>_CLIENT_ID",
            &names,
            "The id the provider knows Commons by. Required for each provider.",
        );
        let secrets = reader.each("OAUTH_<NAME>_CLIENT_SECRET", &names, "The secret that goes with it. Required for google and github, not taken for apple; oidc without one is a public client.");
        let issuers = reader.each("OAUTH_<NAME>_ISSUER", &names, "The issuer, exactly as its discovery document spells it. Required for oidc but for google. It is believed about the addresses it calls verified.");
        let scopes = reader.each("OAUTH_<NAME>_SCOPES", &names, "What is asked for, separated by spaces. Default: `openid email profile`; apple: `name email`; github: `read:user user:email`.");
        let urls = reader.each("OAUTH_<NAME>_URL", &names, "github only: where people go. Default: https://github.com; GitHub Enterprise has its own.");
        let api_urls = reader.each("OAUTH_<NAME>_API_URL", &names, "github only: its API. Default: https://api.github.com; GitHub Enterprise: https://host/api/v3.");
        let team_ids = reader.each(
            "OAUTH_<NAME>_TEAM_ID",
            &names,
            "apple only, required: the team that the key belongs to.",
        );
        let key_ids = reader.each(
            "OAUTH_<NAME>_KEY_ID",
            &names,
            "apple only, required: the id of the key.",
        );
        let private_keys = reader.each(
            "OAUTH_<NAME>_PRIVATE_KEY",
            &names,
            "apple only, required: the key as downloaded (PEM); line breaks may be written \\n.",
        );
        Some(Self {
            names,
            kinds: kinds?,
            titles: titles?,
            client_ids: client_ids?,
            secrets: secrets?,
            issuers: issuers?,
            scopes: scopes?,
            urls: urls?,
            api_urls: api_urls?,
            team_ids: team_ids?,
            key_ids: key_ids?,
            private_keys: private_keys?,
        })
    }

    fn provider(&self, reader: &mut Reader<'_>, at: usize) -> Option<Provider> {
        let name = &self.names[at];
        let kind = self.kinds[at].unwrap_or(match name.as_str() {
            "apple" => Kind::Apple,
            "github" => Kind::Github,
            _ => Kind::Oidc,
        });
        let client_id = needed(reader, name, "CLIENT_ID", self.client_ids[at].clone());
        let (scopes, kind) = match kind {
            Kind::Oidc => (
                "openid email profile",
                self.oidc(reader, at).map(ProviderKind::Oidc),
            ),
            Kind::Apple => (
                "name email",
                self.apple(reader, at).map(ProviderKind::Apple),
            ),
            Kind::Github => {
                let github = self.github(reader, at).map(ProviderKind::Github);
                ("read:user user:email", github)
            }
        };
        Some(Provider {
            name: name.clone(),
            title: self.titles[at].clone().unwrap_or_else(|| title(name)),
            client_id: client_id?,
            scopes: self.scopes[at].clone().unwrap_or_else(|| scopes.to_owned()),
            kind: kind?,
        })
    }

    fn oidc(&self, reader: &mut Reader<'_>, at: usize) -> Option<Oidc> {
        let (name, secret) = (&self.names[at], self.secrets[at].clone());
        let is_google = name == "google";
        let google = is_google.then(|| "https://accounts.google.com".to_owned());
        let issuer = self.issuers[at].clone().map(|issuer| issuer.0).or(google);
        let issuer = needed(reader, name, "ISSUER", issuer);
        let secret = match is_google {
            true => needed(reader, name, "CLIENT_SECRET", secret).map(Some),
            false => Some(secret),
        };
        Some(Oidc {
            issuer: issuer?,
            secret: secret?.map(Secret::new),
        })
    }

    fn apple(&self, reader: &mut Reader<'_>, at: usize) -> Option<Apple> {
        let name = &self.names[at];
        let issuer = self.issuers[at].clone().map(|issuer| issuer.0);
        let team_id = needed(reader, name, "TEAM_ID", self.team_ids[at].clone());
        let key_id = needed(reader, name, "KEY_ID", self.key_ids[at].clone());
        let private_key = needed(reader, name, "PRIVATE_KEY", self.private_keys[at].clone());
        Some(Apple {
            issuer: issuer.unwrap_or_else(|| "https://appleid.apple.com".to_owned()),
            team_id: team_id?,
            key_id: key_id?,
            private_key: private_key?.0,
        })
    }

    fn github(&self, reader: &mut Reader<'_>, at: usize) -> Option<Github> {
        let or = |told: &[Option<Endpoint>], own: &str| {
            let told = told[at].as_ref().map(|endpoint| endpoint.0.as_str());
            told.unwrap_or(own).trim_end_matches('/').to_owned()
        };
        let secret = needed(
            reader,
            &self.names[at],
            "CLIENT_SECRET",
            self.secrets[at].clone(),
        );
        Some(Github {
            url: or(&self.urls, "https://github.com"),
            api_url: or(&self.api_urls, "https://api.github.com"),
            secret: Secret::new(secret?),
        })
    }
}

fn needed<T>(reader: &mut Reader<'_>, name: &str, setting: &str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        let name = name.to_ascii_uppercase();
        reader.wrong(format!(
            "OAUTH_{name}_{setting} is not set: OAUTH_PROVIDERS names it"
        ));
    }
    value
}

fn title(name: &str) -> String {
    if name == "github" {
        return "GitHub".to_owned();
    }
    let mut title = name.replace('_', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}
