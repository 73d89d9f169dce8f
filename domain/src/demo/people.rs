//! Who lives in the demo.

use super::pictures::{Hair, Looks, Motif, Picture, Shape};

pub(super) struct Resident {
    pub username: &'static str,
    pub full_name: &'static str,
    pub bio: &'static str,
    pub location: &'static str,
    pub institution: &'static str,
    pub interests: &'static [&'static str],
    pub portrait: Picture,
    pub banner: Picture,
    pub follows: &'static [&'static str],
    /// Following them takes their consent, and these have it.
    pub consents: Option<&'static [&'static str]>,
}

const fn portrait(skin: u32, hair: u32, style: Hair, clothes: u32, behind: u32) -> Looks {
    Looks {
        skin,
        hair,
        clothes,
        behind,
        style,
        beard: false,
        glasses: false,
    }
}

const fn picture(looks: Looks) -> Picture {
    Picture {
        motif: Motif::Portrait(looks),
        shape: Shape::Square,
        number: 0,
        alt: "A drawn portrait",
    }
}

const fn banner(motif: Motif, number: u32, alt: &'static str) -> Picture {
    Picture {
        motif,
        shape: Shape::Banner,
        number,
        alt,
    }
}

pub(super) const RESIDENTS: [Resident; 9] = [
    Resident {
        username: "mira",
        full_name: "Mira Okafor",
        bio: "Photography club. Up before the sun.",
        location: "Lagos",
        institution: "School of Visual Arts",
        interests: &["Photography", "Hiking"],
        portrait: picture(portrait(
            0x8d5a3b,
            0x2a1a16,
            Hair::Curls,
            0xe0a030,
            0x3f8f8b,
        )),
        banner: banner(Motif::Dawn, 21, "Hills in the morning mist"),
        follows: &["jonas", "yuki", "lena", "sam", "amara", "ines"],
        consents: None,
    },
    Resident {
        username: "jonas",
        full_name: "Jonas Lindqvist",
        bio: "Rows, bakes, repairs old radios.",
        location: "Uppsala",
        institution: "Institute of Technology",
        interests: &["Baking", "Rowing", "Electronics"],
        portrait: picture(Looks {
            beard: true,
            ..portrait(0xf2c9a8, 0xd9a850, Hair::Short, 0x2f5f8f, 0xe8b48a)
        }),
        banner: banner(Motif::Sea, 22, "Sailing boats in the evening sun"),
        follows: &["mira", "priya", "tomas", "amara", "sam"],
        consents: None,
    },
    Resident {
        username: "priya",
        full_name: "Priya Raman",
        bio: "Third year of physics. Chess on Thursdays.",
        location: "Chennai",
        institution: "Faculty of Physics",
        interests: &["Physics", "Chess", "Astronomy"],
        portrait: picture(Looks {
            glasses: true,
            ..portrait(0xb97a4e, 0x1c1416, Hair::Long, 0x8a2f5f, 0xf2c14e)
        }),
        banner: banner(Motif::Saturn, 23, "Saturn with its rings"),
        follows: &["sam", "amara", "mira", "jonas", "yuki"],
        consents: None,
    },
    Resident {
        username: "tomas",
        full_name: "Tomás Herrera",
        bio: "Architecture, mostly of sandwiches.",
        location: "Valparaíso",
        institution: "School of Architecture",
        interests: &["Architecture", "Cycling"],
        portrait: picture(portrait(
            0xd9a477,
            0x3a2418,
            Hair::Short,
            0x4f7f4a,
            0xd9735a,
        )),
        banner: banner(Motif::City, 24, "A town at dusk"),
        follows: &["mira", "jonas", "yuki", "lena", "priya", "ines"],
        consents: None,
    },
    Resident {
        username: "yuki",
        full_name: "Yuki Tanabe",
        bio: "Draws what others walk past.",
        location: "Sapporo",
        institution: "School of Visual Arts",
        interests: &["Drawing", "Photography"],
        portrait: picture(portrait(0xf3d2b3, 0x1f1a1e, Hair::Bob, 0xf0e6d8, 0x7f9fc9)),
        banner: banner(Motif::Peaks, 25, "Mountains over a lake"),
        follows: &["mira", "lena", "tomas", "sam"],
        consents: None,
    },
    Resident {
        username: "amara",
        full_name: "Amara Diallo",
        bio: "Choir, code, long walks.",
        location: "Dakar",
        institution: "Institute of Technology",
        interests: &["Music", "Programming", "Hiking"],
        portrait: picture(portrait(
            0x6f4429,
            0xd9732f,
            Hair::Scarf,
            0x5a2f7a,
            0x9fc98a,
        )),
        banner: banner(Motif::Balloons, 26, "Balloons over the hills"),
        follows: &["mira", "priya", "jonas", "lena", "ines"],
        consents: None,
    },
    Resident {
        username: "lena",
        full_name: "Lena Vogt",
        bio: "Botanist in the making. Ask me about moss.",
        location: "Freiburg",
        institution: "Botanical Garden",
        interests: &["Botany", "Hiking", "Photography"],
        portrait: picture(Looks {
            glasses: true,
            ..portrait(0xf6d3bd, 0xb5502a, Hair::Bun, 0x3f6f4f, 0xb9d0a0)
        }),
        banner: banner(Motif::Autumn, 27, "A wood in autumn"),
        follows: &["yuki", "mira", "amara", "tomas", "jonas"],
        consents: None,
    },
    Resident {
        username: "sam",
        full_name: "Sam Whitlock",
        bio: "Night owl. Telescope owner.",
        location: "Hobart",
        institution: "Faculty of Physics",
        interests: &["Astronomy", "Photography"],
        portrait: picture(portrait(
            0xe8b896,
            0x6b4a2f,
            Hair::Curls,
            0x2a3f6f,
            0x8f7fc0,
        )),
        banner: banner(Motif::Night, 28, "The moon over a dark wood"),
        follows: &["priya", "mira", "yuki", "lena", "ines"],
        consents: None,
    },
    Resident {
        username: "ines",
        full_name: "Inês Carvalho",
        bio: "For friends. Ask, and bring biscuits.",
        location: "Porto",
        institution: "School of Architecture",
        interests: &["Cycling", "Ceramics"],
        portrait: picture(portrait(0xdcab83, 0x4a2a1e, Hair::Long, 0xd9d0c0, 0xc97f8f)),
        banner: banner(Motif::Lighthouse, 29, "A lighthouse at dusk"),
        follows: &["amara", "mira", "tomas"],
        consents: Some(&["mira", "amara"]),
    },
];
