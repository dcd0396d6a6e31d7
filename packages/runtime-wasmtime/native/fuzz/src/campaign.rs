//! Feeds module after module to a target and counts what became of them.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use crate::module::{Shape, make_case};
use crate::target::{Outcome, Target, Tried};

/// Progress is told so often.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// Faults that are told in full; the rest is only counted.
const FAULTS_TOLD: usize = 20;

/// How much is tried. Whatever bound is met first ends the campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The seed of all modules.
    pub seed: u64,
    /// The first index.
    pub first: u64,
    /// How many indices.
    pub count: u64,
    /// How long.
    pub duration: Duration,
}

/// What became of the modules.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    counts: [[u64; Outcome::NAMES.len()]; Shape::ALL.len()],
    /// Modules tried.
    pub tried: u64,
    /// Indices for which the generator gave nothing.
    pub not_made: u64,
    /// All faults, those of no single module included.
    pub fault_count: u64,
    /// The first of them: index, where it is known, and text.
    pub faults: Vec<(Option<u64>, String)>,
}

impl Summary {
    fn note(&mut self, tried: Tried) {
        self.tried += 1;
        self.counts[tried.shape as usize][tried.outcome.place()] += 1;
        if let Outcome::Fault(text) = tried.outcome {
            self.note_fault(Some(tried.index), text);
        }
    }

    fn note_fault(&mut self, index: Option<u64>, text: String) {
        self.fault_count += 1;
        if self.faults.len() < FAULTS_TOLD {
            self.faults.push((index, text));
        }
    }

    /// How many modules of all shapes had an outcome, by its place among [`Outcome::NAMES`].
    #[must_use]
    pub fn total(&self, place: usize) -> u64 {
        self.counts.iter().map(|of_shape| of_shape[place]).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:<14}", "")?;
        for name in Outcome::NAMES {
            write!(formatter, "{name:>12}")?;
        }
        for (shape, counts) in Shape::ALL.iter().zip(&self.counts) {
            write!(formatter, "\n{:<14}", shape.name())?;
            for count in counts {
                write!(formatter, "{count:>12}")?;
            }
        }
        write!(formatter, "\n{:<14}", "all")?;
        for place in 0..Outcome::NAMES.len() {
            write!(formatter, "{:>12}", self.total(place))?;
        }
        write!(
            formatter,
            "\n{} modules tried, {} not made",
            self.tried, self.not_made
        )
    }
}

/// Runs a campaign. Progress goes to standard error.
///
/// # Errors
///
/// Fails when the journal cannot be written. It gets the indices of all modules on their way _before_ another is tried, so
/// that what ended the process can be made again.
pub fn run_campaign(
    bounds: Bounds,
    target: &mut dyn Target,
    journal: Option<&File>,
) -> io::Result<Summary> {
    let began = Instant::now();
    let mut told = began;
    let mut summary = Summary::default();
    let mut open = BTreeSet::new();
    for index in bounds.first..bounds.first.saturating_add(bounds.count) {
        if began.elapsed() >= bounds.duration {
            break;
        }
        if let Some(file) = journal {
            let first = open.first().copied().unwrap_or(index);
            let count = index - first + 1;
            // Always as long, so that one line replaces the other.
            let line = format!(
                "--seed {:<20} --first {first:<20} --count {count:<20}\n",
                bounds.seed
            );
            file.write_all_at(line.as_bytes(), 0)?;
        }
        match make_case(bounds.seed, index) {
            Some(case) => {
                open.insert(index);
                for tried in target.try_module(index, case) {
                    open.remove(&tried.index);
                    summary.note(tried);
                }
            }
            None => summary.not_made += 1,
        }
        for text in target.take_faults() {
            summary.note_fault(None, text);
        }
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            tell(&summary, began.elapsed());
        }
    }
    for tried in target.finish() {
        open.remove(&tried.index);
        summary.note(tried);
    }
    for text in target.take_faults() {
        summary.note_fault(None, text);
    }
    for index in open {
        summary.note_fault(Some(index), "the target lost it".to_owned());
    }
    Ok(summary)
}

fn tell(summary: &Summary, elapsed: Duration) {
    let rate = summary.tried as f64 / elapsed.as_secs_f64();
    let counts: Vec<_> = Outcome::NAMES
        .iter()
        .enumerate()
        .filter(|(place, _)| summary.total(*place) > 0)
        .map(|(place, name)| format!("{name} {}", summary.total(place)))
        .collect();
    // Nobody reading the progress is no reason to stop.
    let _ = writeln!(
        io::stderr(),
        "{} modules in {:.0} s ({rate:.0} a second): {}",
        summary.tried,
        elapsed.as_secs_f64(),
        counts.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::module::Case;
    use crate::target::CheckOnly;

    /// Tells of each module when the next one comes.
    struct FaultAt(u64, Vec<Tried>);

    impl Target for FaultAt {
        fn try_module(&mut self, index: u64, case: Case) -> Vec<Tried> {
            let outcome = if index == self.0 {
                Outcome::Fault("broken".to_owned())
            } else {
                Outcome::Ended
            };
            let shape = case.shape;
            std::mem::replace(
                &mut self.1,
                vec![Tried {
                    index,
                    shape,
                    outcome,
                }],
            )
        }

        fn finish(&mut self) -> Vec<Tried> {
            std::mem::take(&mut self.1)
        }
    }

    /// Takes modules and tells of none.
    struct Forgetful;

    impl Target for Forgetful {
        fn try_module(&mut self, _index: u64, _case: Case) -> Vec<Tried> {
            Vec::new()
        }

        fn take_faults(&mut self) -> Vec<String> {
            Vec::new()
        }
    }

    fn bounds(count: u64) -> Bounds {
        Bounds {
            seed: 3,
            first: 10,
            count,
            duration: Duration::from_secs(60),
        }
    }

    #[test]
    fn counts_what_became_of_each_and_keeps_the_faults_index() {
        let summary = run_campaign(bounds(12), &mut FaultAt(14, Vec::new()), None).unwrap();
        assert_eq!(summary.tried + summary.not_made, 12);
        assert_eq!(summary.faults, [(Some(14), "broken".to_owned())]);
        assert_eq!(summary.total(Outcome::Ended.place()), summary.tried - 1);
        let text = summary.to_string();
        assert!(text.contains("fault") && text.contains("12 modules tried"));
    }

    #[test]
    fn a_module_that_nobody_hears_of_again_is_a_fault() {
        let summary = run_campaign(bounds(3), &mut Forgetful, None).unwrap();
        assert_eq!(summary.fault_count, 3);
    }

    #[test]
    fn ends_at_its_time() {
        let none = Bounds {
            duration: Duration::ZERO,
            ..bounds(1000)
        };
        let summary = run_campaign(none, &mut CheckOnly, None).unwrap();
        assert_eq!(summary.tried, 0);
    }

    #[test]
    fn the_journal_names_the_last_module() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("journal");
        let file = File::create(&path).unwrap();
        run_campaign(bounds(3), &mut CheckOnly, Some(&file)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let words: Vec<_> = text.split_whitespace().collect();
        assert_eq!(words, ["--seed", "3", "--first", "12", "--count", "1"]);
    }
}
