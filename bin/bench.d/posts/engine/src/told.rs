//! The figures of all sides, deed by deed.

use bench::Report;

use crate::side::{Measure, Side};

/// Ours with workers first: the others are beside it.
pub fn say(report: &mut Report, measure: Measure, sides: &[Side]) {
    let [ours, ..] = sides else {
        return;
    };
    for number in 0..ours.deeds().len() {
        let deed = ours.deeds()[number];
        let at_pace = format!("{}, {}/s", deed.name, measure.rate);
        let at_the_most = format!("{}, {} at once", deed.name, measure.most().at_once);
        for side in sides {
            let figures = &side.deeds()[number].at_pace;
            match side.is_peer {
                true => report.times_beside(&at_pace, side.who, figures, &deed.at_pace),
                false => report.times(&at_pace, side.who, figures, None),
            }
        }
        for side in sides {
            let figures = &side.deeds()[number].at_the_most;
            report.times(&at_the_most, side.who, figures, None);
            if side.is_peer {
                let rates = [figures, &deed.at_the_most].map(|figures| figures.per_second());
                report.rate_beside(&at_the_most, side.who, rates, "requests/s", None);
            }
        }
    }
    for side in sides {
        let peak = format!("{:>7.0} MiB", side.peak_mib);
        report.row("most memory of the server", side.who, peak);
    }
    for side in sides.iter().filter(|side| !side.is_peer) {
        let rest = format!("{:>7.1} s", side.rest.as_secs_f64());
        report.row("until the last job was done", side.who, rest);
    }
    report.note("Every counter equals its rows, and no job was lost.");
}
