//! The kind of a post follows from what it shows.

use super::PostKind;
use crate::media::MediaKind;
use crate::{Error, Result};

/// The kind of a post that shows these files, as far as what was said of it fits.
pub(super) fn derived(shown: &[MediaKind], said: Option<PostKind>) -> Result<PostKind> {
    let visible = |kind: &MediaKind| matches!(kind, MediaKind::Image | MediaKind::Video);
    if !shown.iter().all(visible) {
        let detail = "a post shows pictures and videos";
        return Err(Error::invalid("media_ids", "wrong_kind", detail));
    }
    let kind = match (shown, said) {
        ([], _) => PostKind::Text,
        ([MediaKind::Video], Some(PostKind::Reel)) => PostKind::Reel,
        ([MediaKind::Video], _) => PostKind::Video,
        ([_], _) => PostKind::Image,
        _ => PostKind::Carousel,
    };
    match said.is_none_or(|said| said == kind) {
        true => Ok(kind),
        false => {
            let detail = "does not fit what the post shows";
            Err(Error::invalid("post_type", "mismatch", detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MediaKind::{Document, Image, Video};

    #[test]
    fn the_kind_follows_from_what_is_shown_and_only_a_reel_is_said() {
        for (shown, said, kind) in [
            (&[][..], None, PostKind::Text),
            (&[Image], None, PostKind::Image),
            (&[Video], None, PostKind::Video),
            (&[Video], Some(PostKind::Reel), PostKind::Reel),
            (
                &[Image, Video],
                Some(PostKind::Carousel),
                PostKind::Carousel,
            ),
        ] {
            assert_eq!(derived(shown, said).unwrap(), kind);
        }
        for (shown, said) in [
            (&[][..], Some(PostKind::Image)),
            (&[Image], Some(PostKind::Reel)),
            (&[Video, Video], Some(PostKind::Reel)),
            (&[Document], None),
        ] {
            assert!(derived(shown, said).is_err());
        }
    }
}
