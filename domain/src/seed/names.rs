//! What made-up people are called, where they live and what they do. Common ones are common, as in life.

use rand::Rng;
use rand::rngs::SmallRng;

const FIRST: &str = "Maria Anna John Mohammed Li Wei Fatima Jose Ana David Elena Ivan Sofia Ahmed Yuki Olga Carlos Emma \
    Noah Olivia Liam Ava Lucas Mia Amir Zara Omar Leila Chen Mei Hiroshi Sakura Ravi Priya Arjun Ananya Kofi Amara Chidi \
    Ngozi Ali Hassan Yusuf Aisha Ibrahim Mariam Pedro Lucia Miguel Camila Diego Valentina Juan Isabella Mateo Gabriela \
    Pierre Marie Louis Chloe Hugo Camille Lea Jules Hans Greta Karl Heidi Lukas Lena Felix Clara Marco Giulia Luca \
    Francesca Andrea Chiara Jan Katarzyna Piotr Agnieszka Tomasz Ewa Sergei Natasha Dmitri Tatiana Nikolai Irina Lars \
    Ingrid Erik Astrid Sven Freya Aino Mikko Siiri Katherine Elizabeth William James Robert Michael Linda Barbara \
    Jennifer Susan Jessica Sarah Karen Nancy Thomas Daniel Matthew Anthony Mark Steven Paul Andrew Joshua Kenneth Kevin \
    Brian George Timothy Ronald Edward Jason Jeffrey Ryan Jacob Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon";

const LAST: &str = "Garcia Smith Wang Kumar Khan Silva Nguyen Kim Ali Singh Johnson Williams Brown Jones Miller Davis \
    Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson \
    White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Hill Flores Green Adams \
    Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Tanaka Suzuki Sato Takahashi Watanabe Ito Yamamoto Nakamura \
    Kobayashi Mueller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Rossi Russo Ferrari Esposito \
    Bianchi Romano Colombo Ricci Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux Kowalski Nowak Wisniewski Ivanov \
    Petrov Sidorov Smirnov Kuznetsov Popov Hansen Johansen Olsen Larsen Andersen Nilsson Karlsson Korhonen Virtanen";

const SYLLABLES: &str = "ba be bi bo da de di do fa fe ga go ha ho ja jo ka ke ki ko la le li lo ma me mi mo na ne ni no \
    pa pe ra re ri ro sa se si so ta te ti to va ve vi wa ya yo za zo";

const PLACES: &str = "Springfield Nairobi Berlin Tbilisi Lagos Lima Oslo Cairo Hanoi Porto Quito Riga Seoul Tokyo Turin \
    Vienna Warsaw Zagreb Accra Athens Bogota Boston Chicago Dakar Delhi Denver Dublin Geneva Havana Helsinki Jakarta \
    Karachi Kigali Lisbon London Madrid Manila Milan Minsk Mumbai Munich Oxford Paris Prague Rome Santiago Sofia Sydney";

const TOPICS: &str = "Photography Chess Physics Mathematics Biology Cooking Hiking Painting Programming Design Marketing \
    Accounting Law Medicine Nursing Teaching Music Guitar Piano Dancing Football Basketball Tennis Swimming Running \
    Cycling Gardening Writing Poetry History Geography Philosophy Economics Finance Statistics Chemistry Astronomy \
    Robotics Electronics Carpentry Sewing Knitting Film Theatre Travel Languages Spanish French German Japanese";

/// The first of a list are chosen more often.
fn common_first<'a>(random: &mut SmallRng, list: &'a str) -> &'a str {
    let count = list.split_whitespace().count();
    let chosen: f64 = random.random();
    let place = (chosen * chosen * count as f64) as usize;
    list.split_whitespace().nth(place).unwrap_or_default()
}

pub(super) fn first(random: &mut SmallRng) -> &'static str {
    common_first(random, FIRST)
}

/// A family name; a third of them rare.
pub(super) fn last(random: &mut SmallRng) -> String {
    if random.random_ratio(2, 3) {
        return common_first(random, LAST).to_owned();
    }
    let mut name = String::new();
    for _ in 0..random.random_range(2..=4) {
        name.push_str(common_first(random, SYLLABLES));
    }
    name[..1].make_ascii_uppercase();
    name
}

pub(super) fn place(random: &mut SmallRng) -> &'static str {
    common_first(random, PLACES)
}

pub(super) fn topic(random: &mut SmallRng) -> &'static str {
    common_first(random, TOPICS)
}

pub(super) fn role(random: &mut SmallRng) -> &'static str {
    match random.random_range(0..10) {
        0..=2 => "woman",
        3 => "sponsor",
        _ => "member",
    }
}

pub(super) fn level(random: &mut SmallRng) -> &'static str {
    match random.random_range(0..200) {
        0 => "gold",
        1..=4 => "blue",
        _ => "none",
    }
}
