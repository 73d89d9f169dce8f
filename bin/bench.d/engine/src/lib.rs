//! What the benchmarks share: the command line, the programs under measurement, people who ask them over HTTP, how long
//! each answer took, and how that is said.

mod client;
mod figures;
mod load;
mod memory;
mod peers;
mod process;
pub mod reads;
mod report;
mod settings;
mod wanted;

pub use client::{Client, Reader, ready};
pub use figures::{Figures, median, millis_since};
pub use load::{Ask, Asking, Load, Pace, at_pace, at_the_most, warmed_up};
pub use memory::{peak_kib, peak_kib_of};
pub use peers::{node, told};
pub use process::{Labour, Server, commons};
pub use report::{Aim, Report, met};
pub use settings::{database_url, setting};
pub use wanted::{Menu, Wanted};
