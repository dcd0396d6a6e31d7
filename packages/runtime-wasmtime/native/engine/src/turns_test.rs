use super::{Admission, Newcomer, Turns};
use crate::run_state::RunState;
use std::sync::{Arc, Mutex};

struct Run(Arc<RunState>);

impl Newcomer for Run {
    fn state(&self) -> &Arc<RunState> {
        &self.0
    }
}

struct Table {
    turns: Turns<Run>,
    begun: Arc<Mutex<Vec<u64>>>,
}

impl Table {
    fn new(threads: usize, runs_max: usize, queue_size_max: usize) -> Table {
        let begun = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&begun);
        let begin = move |run: Run| list.lock().expect("no panic before").push(run.0.id);
        Table {
            turns: Turns::new(threads, runs_max, queue_size_max, Box::new(begin)),
            begun,
        }
    }

    /// Runs that have begun since the last call.
    fn begun(&self) -> Vec<u64> {
        std::mem::take(&mut *self.begun.lock().expect("no panic before"))
    }
}

fn run(id: u64, unit: u64) -> Arc<RunState> {
    Arc::new(RunState::new(id, unit, u64::MAX, 0))
}

fn admit(table: &Table, state: &Arc<RunState>) -> Admission {
    table.turns.admit(Run(Arc::clone(state)))
}

#[test]
fn gives_as_many_turns_as_threads_and_one_more() {
    let table = Table::new(2, 100, 100);
    for id in 0..5 {
        admit(&table, &run(id, 1));
    }
    assert_eq!(table.begun(), [0, 1, 2]);
    table.turns.release(false, true);
    assert_eq!(table.begun(), [3]);
    let counts = table.turns.counts();
    assert_eq!((counts.computing, counts.running, counts.queued), (3, 3, 1));
}

#[test]
fn keeps_a_turn_for_fresh_runs_however_many_compute_long() {
    let table = Table::new(2, 100, 100);
    let loops: Vec<_> = (0..3).map(|id| run(id, 1)).collect();
    for state in &loops {
        admit(&table, state);
    }
    assert_eq!(table.begun(), [0, 1, 2]);
    assert!(table.turns.rotate(&loops[0], false));
    assert!(table.turns.rotate(&loops[1], false));
    // The third would take the last turn: it stands in the line.
    assert!(!table.turns.rotate(&loops[2], false));
    admit(&table, &run(9, 2));
    assert_eq!(table.begun(), [9]);
}

#[test]
fn rotates_those_that_compute_long_by_unit() {
    let table = Table::new(1, 100, 100);
    let (first, second, other) = (run(0, 1), run(1, 1), run(2, 2));
    for state in [&first, &second, &other] {
        admit(&table, state);
    }
    assert!(table.turns.rotate(&first, false));
    assert!(!table.turns.rotate(&second, false));
    table.turns.release(false, false);
    assert!(!table.turns.resume(&other, true));
    // Units take turns, so the other one comes before the second run of the first.
    assert!(!table.turns.rotate(&first, true));
    assert!(second.take_turn());
    assert!(!table.turns.rotate(&second, true));
    assert!(other.take_turn());
    assert!(!table.turns.rotate(&other, true));
    assert!(first.take_turn());
}

#[test]
fn lets_whoever_waited_go_before_newcomers() {
    let table = Table::new(1, 100, 100);
    let (waiting, busy, more) = (run(0, 1), run(1, 1), run(2, 1));
    for state in [&waiting, &busy] {
        admit(&table, state);
    }
    table.turns.release(false, false);
    admit(&table, &more);
    admit(&table, &run(3, 1));
    assert_eq!(table.begun(), [0, 1, 2]);
    assert!(!table.turns.resume(&waiting, false));
    table.turns.release(false, true);
    assert!(waiting.take_turn());
    assert!(table.begun().is_empty());
}

#[test]
fn holds_newcomers_back_while_all_places_are_taken() {
    let table = Table::new(2, 1, 100);
    admit(&table, &run(0, 1));
    table.turns.release(false, false);
    admit(&table, &run(1, 1));
    assert_eq!(table.begun(), [0]);
    // The one that waits can still go on, and makes room when it ends.
    let first = run(0, 1);
    assert!(table.turns.resume(&first, false));
    table.turns.release(false, true);
    assert_eq!(table.begun(), [1]);
}

#[test]
fn refuses_or_replaces_when_the_line_is_full() {
    let table = Table::new(1, 1, 3);
    admit(&table, &run(0, 1));
    for id in 1..4 {
        assert!(matches!(admit(&table, &run(id, 1)), Admission::Queued));
    }
    assert!(matches!(admit(&table, &run(4, 1)), Admission::Refused));
    match admit(&table, &run(5, 2)) {
        Admission::Replaced(state) => assert_eq!(state.id, 3),
        _ => panic!("the unit with most in the line gives one up"),
    }
    assert_eq!(table.turns.counts().queued, 3);
}

#[test]
fn forgets_a_run_that_is_cancelled_in_the_line() {
    let table = Table::new(1, 1, 10);
    admit(&table, &run(0, 1));
    let queued = run(1, 1);
    admit(&table, &queued);
    assert!(table.turns.cancel(&queued));
    assert!(!table.turns.cancel(&queued));
    table.turns.release(false, true);
    assert_eq!(table.begun(), [0]);
    let counts = table.turns.counts();
    assert_eq!((counts.computing, counts.running, counts.queued), (0, 0, 0));
}

#[test]
fn takes_back_a_turn_that_was_on_its_way() {
    let table = Table::new(1, 10, 10);
    let (waiting, busy, more) = (run(0, 1), run(1, 1), run(2, 1));
    admit(&table, &waiting);
    table.turns.release(false, false);
    admit(&table, &busy);
    admit(&table, &more);
    assert!(!table.turns.resume(&waiting, false));
    // Granted by this, and ended before it looked.
    table.turns.release(false, true);
    table.turns.end_without_turn(&waiting, false);
    table.turns.release(false, true);
    let counts = table.turns.counts();
    assert_eq!((counts.computing, counts.running), (0, 0));
}
