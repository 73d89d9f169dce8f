//! Whose address a request came from when proxies stand in between.

use std::net::IpAddr;
use std::str::FromStr;

/// A network in CIDR form; a bare address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address
            .parse()
            .map_err(|_| format!("`{text}` is not an address or network"))?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(prefix) => prefix
                .parse()
                .ok()
                .filter(|bits| *bits <= longest)
                .ok_or_else(|| format!("`{text}` has no valid prefix length"))?,
        };
        Ok(Self { address, prefix })
    }
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        let same = |a: &[u8], b: &[u8]| {
            let (whole, rest) = (usize::from(self.prefix / 8), self.prefix % 8);
            a[..whole] == b[..whole] && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0)
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(&a.octets(), &b.octets()),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(&a.octets(), &b.octets()),
            _ => false,
        }
    }
}

/// The nearest address of `X-Forwarded-For` that is not one of our own proxies. The header is believed only where the
/// connection itself comes from a trusted proxy, and only as far as the chain of trusted ones reaches.
pub fn client_address(peer: IpAddr, forwarded_for: Option<&str>, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    let hops = forwarded_for.unwrap_or_default().rsplit(',').map(str::trim);
    for hop in hops {
        if !is_trusted(client) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

/// What one subscriber line holds: a whole IPv4 address, the /64 of an IPv6 one.
pub fn subscriber(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_header_from_a_stranger_is_not_believed() {
        let trusted = networks(&["10.0.0.0/8"]);
        assert_eq!(
            client_address(ip("203.0.113.9"), Some("1.2.3.4"), &trusted),
            ip("203.0.113.9")
        );
    }

    #[test]
    fn the_chain_is_followed_through_trusted_proxies_only() {
        let trusted = networks(&["10.0.0.0/8", "::1"]);
        let header = Some("6.6.6.6, 198.51.100.7, 10.2.3.4");
        assert_eq!(
            client_address(ip("10.0.0.1"), header, &trusted),
            ip("198.51.100.7")
        );
        assert_eq!(
            client_address(ip("::ffff:10.0.0.1"), header, &trusted),
            ip("198.51.100.7")
        );
    }

    #[test]
    fn networks_are_compared_by_prefix() {
        let network: Network = "192.168.16.0/20".parse().unwrap();
        assert!(network.contains(ip("192.168.31.255")));
        assert!(!network.contains(ip("192.168.32.0")));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
    }

    #[test]
    fn an_ipv6_subscriber_is_its_64() {
        assert_eq!(subscriber(ip("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::/64");
    }
}
