//! The lists a video is streamed from. They name files that lie beside them; who fetches one gets links in their place,
//! good for as long as the link to the list.

/// A list, with a link for each name.
pub fn linked(list: &str, link: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(list.len() * 2);
    for line in list.lines() {
        match line.split_once("URI=\"") {
            _ if line.is_empty() => {}
            Some((before, rest)) if line.starts_with('#') => {
                let (name, after) = rest.split_once('"').unwrap_or((rest, ""));
                out.push_str(&format!("{before}URI=\"{}\"{after}", link(name)));
            }
            _ if line.starts_with('#') => out.push_str(line),
            _ => out.push_str(&link(line)),
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn names_become_links_and_the_rest_stays() {
        let list = "#EXTM3U\n#EXT-X-MAP:URI=\"360p.mp4\",BYTERANGE=\"700@0\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:9@700\n360p.mp4\n";
        let shown = linked(list, |name| format!("/files/{name}?"));
        assert_eq!(
            shown,
            "#EXTM3U\n#EXT-X-MAP:URI=\"/files/360p.mp4?\",BYTERANGE=\"700@0\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:9@700\n/files/360p.mp4?\n"
        );
    }
}
