//! What they show, and what the others say to it.

use super::pictures::{Motif, Picture, Shape};

pub(super) struct Scene {
    /// Minutes before the world is made.
    pub ago: i64,
    pub author: &'static str,
    pub caption: &'static str,
    pub location: Option<&'static str>,
    pub pictures: &'static [Picture],
    pub likes: &'static [&'static str],
    pub remarks: &'static [Remark],
    pub saves: &'static [&'static str],
    /// Who shares it, and in which words, if any.
    pub shares: &'static [(&'static str, &'static str)],
}

pub(super) struct Remark {
    pub author: &'static str,
    pub words: &'static str,
    /// The number of the remark that it answers.
    pub answers: Option<usize>,
    pub likes: &'static [&'static str],
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

const PLAIN: Scene = Scene {
    ago: 0,
    author: "",
    caption: "",
    location: None,
    pictures: &[],
    likes: &[],
    remarks: &[],
    saves: &[],
    shares: &[],
};

const fn wide(motif: Motif, number: u32, alt: &'static str) -> Picture {
    painted(motif, Shape::Wide, number, alt)
}

const fn upright(motif: Motif, number: u32, alt: &'static str) -> Picture {
    painted(motif, Shape::Upright, number, alt)
}

const fn painted(motif: Motif, shape: Shape, number: u32, alt: &'static str) -> Picture {
    Picture {
        motif,
        shape,
        number,
        alt,
    }
}

const fn remark(author: &'static str, words: &'static str) -> Remark {
    Remark {
        author,
        words,
        answers: None,
        likes: &[],
    }
}

const fn answer(to: usize, author: &'static str, words: &'static str) -> Remark {
    Remark {
        answers: Some(to),
        ..remark(author, words)
    }
}

const fn liked(likes: &'static [&'static str], remark: Remark) -> Remark {
    Remark { likes, ..remark }
}

pub(super) const SCENES: [Scene; 18] = [
    Scene {
        ago: 5 * DAY,
        author: "priya",
        caption: "Chess club is open to everybody, also to those who only know how the horse moves. Thursday, six o'clock. #chess #campus",
        location: Some("Room 204"),
        likes: &["sam", "jonas", "amara"],
        remarks: &[
            remark("jonas", "Is there cake?"),
            liked(&["jonas", "sam"], answer(0, "priya", "There is cake.")),
        ],
        ..PLAIN
    },
    Scene {
        ago: 4 * DAY + 7 * HOUR,
        author: "tomas",
        caption: "The lamp is lit again! Six months of paint, patience and a very tall ladder. #architecture #sea",
        location: Some("Punta Ángeles"),
        pictures: &[upright(
            Motif::Lighthouse,
            31,
            "A red and white lighthouse, its lamp lit",
        )],
        likes: &["ines", "yuki", "mira", "lena", "jonas"],
        remarks: &[
            remark("yuki", "I want to draw this."),
            answer(0, "tomas", "Any time. The keeper makes good coffee."),
        ],
        saves: &["yuki"],
        ..PLAIN
    },
    Scene {
        ago: 3 * DAY + 20 * HOUR,
        author: "lena",
        caption: "Ferns are older than flowers and do not make a fuss about it. #botany #green",
        location: Some("Botanical Garden"),
        pictures: &[upright(Motif::Fern, 32, "Ferns in the half light")],
        likes: &["mira", "yuki", "amara"],
        remarks: &[remark("amara", "Neither do you!")],
        ..PLAIN
    },
    Scene {
        ago: 3 * DAY + 2 * HOUR,
        author: "amara",
        caption: "We sang in the old station hall and a train driver applauded with the horn. #choir #music",
        likes: &["mira", "priya", "lena", "ines", "jonas", "sam"],
        remarks: &[
            liked(
                &["amara"],
                remark("mira", "I heard you from platform three!"),
            ),
            remark("ines", "Next time I bring the whole tram."),
        ],
        shares: &[("priya", "")],
        ..PLAIN
    },
    Scene {
        ago: 2 * DAY + 9 * HOUR,
        author: "ines",
        caption: "First bowl that holds water. For you alone, before the glaze decides otherwise.",
        likes: &["mira", "amara"],
        remarks: &[remark("mira", "It is beautiful. Do not glaze it.")],
        ..PLAIN
    },
    Scene {
        ago: 2 * DAY + 3 * HOUR,
        author: "jonas",
        caption: "The radio from 1958 speaks again. It wishes everybody a good evening, in Finnish. #repair #radio",
        location: Some("The workshop under the stairs"),
        pictures: &[wide(
            Motif::Radio,
            33,
            "An old radio of wood, with a lit scale",
        )],
        likes: &["amara", "priya", "tomas", "lena"],
        remarks: &[
            liked(
                &["jonas", "priya"],
                remark("amara", "That is the best thing I have read today."),
            ),
            remark("lena", "Does it know the weather?"),
            answer(1, "jonas", "That of 1958, I am afraid."),
        ],
        saves: &["priya"],
        shares: &[("amara", "Everything can be mended. #repair")],
    },
    Scene {
        ago: DAY + 15 * HOUR,
        author: "yuki",
        caption: "From the ferry. The mountains kept changing colour and I gave up on matching them. #drawing #mountains",
        location: Some("Lake Shikotsu"),
        pictures: &[
            wide(
                Motif::Peaks,
                34,
                "Snow on a mountain, twice: in the air and in the lake",
            ),
            wide(Motif::Sea, 35, "Sailing boats before the sun goes down"),
            wide(Motif::Sunset, 36, "Hills in red and violet"),
        ],
        likes: &["mira", "tomas", "lena", "sam", "priya"],
        remarks: &[
            remark("mira", "The second one is lovely!"),
            remark("lena", "That blue is exactly right."),
        ],
        saves: &["mira", "sam"],
        ..PLAIN
    },
    Scene {
        ago: DAY + 4 * HOUR,
        author: "amara",
        caption: "If your code works at the first try, says @priya, you have not understood it. #studentlife",
        likes: &["priya", "jonas", "sam"],
        remarks: &[liked(&["amara"], remark("priya", "I stand by that."))],
        ..PLAIN
    },
    Scene {
        ago: 22 * HOUR,
        author: "sam",
        caption: "The clouds left at last. Saturn's rings, with my own eyes! #nightsky #astronomy",
        location: Some("Roof of the library"),
        pictures: &[painted(
            Motif::Saturn,
            Shape::Square,
            37,
            "Saturn and its rings among stars",
        )],
        likes: &["priya", "mira", "yuki", "lena", "ines", "amara"],
        remarks: &[
            remark("priya", "Can I come along next time?"),
            liked(
                &["priya"],
                answer(0, "sam", "Sunday, roof of the library, bring a jacket."),
            ),
            answer(1, "priya", "I bring two, and the star chart."),
        ],
        saves: &["priya"],
        shares: &[("yuki", "")],
    },
    Scene {
        ago: 17 * HOUR,
        author: "lena",
        caption: "Eleven kinds of moss between the lecture hall and the canteen. I counted. #botany #campus",
        likes: &["mira", "yuki", "tomas"],
        remarks: &[
            remark("tomas", "Only eleven?"),
            answer(0, "lena", "You are welcome to look for the twelfth."),
        ],
        ..PLAIN
    },
    Scene {
        ago: 13 * HOUR,
        author: "priya",
        caption: "Moonrise, seen from the wrong side of an exercise sheet. #nightsky #studentlife",
        pictures: &[upright(
            Motif::Night,
            38,
            "The full moon over hills and pines",
        )],
        likes: &["sam", "amara", "jonas"],
        remarks: &[remark("sam", "The right side, I would say.")],
        ..PLAIN
    },
    Scene {
        ago: 9 * HOUR,
        author: "tomas",
        caption: "Found the cheapest view in town. The bus goes there twice an hour. #city #photography #campus",
        location: Some("Cerro Alegre"),
        pictures: &[
            wide(Motif::City, 39, "Towers before an evening sky"),
            wide(Motif::Sunset, 40, "The sun goes down behind the hills"),
        ],
        likes: &["mira", "jonas", "lena", "yuki"],
        remarks: &[
            remark("mira", "Which bus?"),
            answer(0, "tomas", "The 41, until it gives up."),
        ],
        saves: &["jonas"],
        ..PLAIN
    },
    Scene {
        ago: 7 * HOUR,
        author: "jonas",
        caption: "The regatta was called off for fog, so we baked. Twelve of forty, the others did not wait. #baking #campus",
        location: Some("Boathouse"),
        pictures: &[wide(Motif::Buns, 41, "Twelve cinnamon buns on a tray")],
        likes: &["tomas", "priya", "amara", "mira", "lena", "sam"],
        remarks: &[
            remark("tomas", "Save me three."),
            liked(&["jonas"], answer(0, "lena", "Four.")),
            answer(1, "jonas", "There is one left. It looks at me."),
            remark("amara", "This is why I follow you."),
        ],
        saves: &["amara", "tomas"],
        shares: &[("mira", "My whole diet, in one picture."), ("amara", "")],
    },
    Scene {
        ago: 5 * HOUR,
        author: "yuki",
        caption: "Snow is expected on Friday. The pencils are sharpened, the sky is not. #nightsky #drawing",
        likes: &["sam", "mira"],
        remarks: &[liked(
            &["yuki"],
            remark("sam", "Clear nights after snow. I am ready."),
        )],
        ..PLAIN
    },
    Scene {
        ago: 4 * HOUR,
        author: "amara",
        caption: "Nine balloons were promised. Five came. Nobody complained. #morning #photography",
        location: Some("Lac Rose"),
        pictures: &[wide(
            Motif::Balloons,
            42,
            "Five balloons over hills in the mist",
        )],
        likes: &["mira", "lena", "priya", "jonas", "ines", "sam"],
        remarks: &[
            liked(&["amara", "lena"], remark("mira", "What a light!")),
            answer(0, "amara", "You taught me to get up for it."),
        ],
        saves: &["mira", "lena"],
        shares: &[("lena", "")],
    },
    Scene {
        ago: 150,
        author: "lena",
        caption: "Beech, maple, and one that I have to look up. #autumn #botany #photography",
        location: Some("Schauinsland"),
        pictures: &[
            upright(Motif::Leaves, 43, "Leaves of all colours on the ground"),
            wide(Motif::Autumn, 44, "Trees in autumn before pale hills"),
            upright(Motif::Leaves, 45, "Red and yellow leaves"),
        ],
        likes: &["yuki", "mira", "tomas", "amara"],
        remarks: &[
            remark("yuki", "Is that a ginkgo?"),
            answer(0, "lena", "I was hoping that you would not ask."),
        ],
        ..PLAIN
    },
    Scene {
        ago: 80,
        author: "mira",
        caption: "Five in the morning, and the hill was all mine. Thank you for the thermos, @jonas! #sunrise #photography #campus",
        location: Some("Observatory hill"),
        pictures: &[wide(
            Motif::Dawn,
            46,
            "The sun rises behind hills in the mist",
        )],
        likes: &["jonas", "yuki", "lena", "sam", "amara", "tomas", "ines"],
        remarks: &[
            remark("amara", "Worth every minute of lost sleep."),
            remark("priya", "How do you get up for this?"),
            liked(
                &["priya", "sam"],
                answer(1, "mira", "Two alarms and a thermos."),
            ),
            answer(2, "sam", "I never went to bed. It works as well."),
        ],
        saves: &["yuki"],
        shares: &[("jonas", "The thermos has found its purpose.")],
    },
    Scene {
        ago: 40,
        author: "sam",
        caption: "Tonight at nine: telescope, roof, cocoa. Whoever brings a lamp goes home. #astronomy #nightsky #campus",
        location: Some("Roof of the library"),
        likes: &["priya", "mira", "yuki"],
        remarks: &[remark("priya", "I have the jackets.")],
        ..PLAIN
    },
];
