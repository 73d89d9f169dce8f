//! Where people may be sent back to.

use reqwest::Url;

/// A place of an application's that people may be sent back to: an origin, and the beginning of a path.
#[derive(Clone, Debug)]
pub struct ReturnTo(Url);

impl std::str::FromStr for ReturnTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|why| format!("`{text}` is no URL: {why}"))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(format!("`{text}` names no host"));
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(format!("`{text}` has more than an origin and a path"));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(format!("`{text}` is not https"));
        }
        Ok(Self(url))
    }
}

impl ReturnTo {
    /// Whether `url` lies here: the same origin, and the path or something below it.
    pub fn covers(&self, url: &Url) -> bool {
        let origin = |url: &Url| {
            let host = url.host_str().map(str::to_owned);
            (url.scheme().to_owned(), host, url.port_or_known_default())
        };
        let ours = self.0.path().trim_end_matches('/');
        let below = url.path().strip_prefix(ours);
        origin(&self.0) == origin(url)
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Whether a URL leads to this machine alone: there plain http tells nobody anything.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(allowed: &str, url: &str) -> bool {
        let allowed: ReturnTo = allowed.parse().unwrap();
        Url::parse(url).is_ok_and(|url| allowed.covers(&url))
    }

    #[test]
    fn people_are_sent_to_the_origin_and_path_that_are_listed_and_below() {
        let allowed = "https://app.example/in";
        for good in [
            "https://app.example/in",
            "https://app.example/in/",
            "https://app.example/in/a?b=c",
            "https://app.example:443/in",
            "https://APP.example/in",
        ] {
            assert!(covers(allowed, good), "{good}");
        }
        for bad in [
            "https://app.example/inside",
            "https://app.example/",
            "https://app.example/in/../out",
            "https://app.example/in/%2e%2e/out",
            "https://app.example.evil.example/in",
            "https://evil.example/in",
            "https://evilapp.example/in",
            "https://app.example@evil.example/in",
            "https://app.example:444/in",
            "http://app.example/in",
            "//evil.example/in",
            "javascript:alert(1)",
            "https:\\\\evil.example/in",
        ] {
            assert!(!covers(allowed, bad), "{bad}");
        }
        assert!(covers("https://app.example", "https://app.example/any"));
        assert!(covers("myapp://in", "myapp://in?x=1"));
        assert!(!covers("myapp://in", "myapp://out"));
    }

    #[test]
    fn a_place_to_return_to_is_plain() {
        for bad in [
            "nonsense",
            "https://x.example/?q",
            "http://x.example",
            "data:text",
            "https://a@x.example",
        ] {
            assert!(bad.parse::<ReturnTo>().is_err(), "{bad}");
        }
        assert!("http://127.0.0.1:3000/in".parse::<ReturnTo>().is_ok());
        assert!("http://[::1]:3000/in".parse::<ReturnTo>().is_ok());
    }
}
