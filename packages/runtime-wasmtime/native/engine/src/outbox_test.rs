use super::*;

fn run(id: u64) -> Arc<RunState> {
    Arc::new(RunState::new(id, 0, 1000, 1024))
}

/// Run, stream and bytes of each event.
fn outputs(events: Vec<Event>) -> Vec<(u64, Stream, Vec<u8>)> {
    let mut outputs = Vec::new();
    for event in events {
        if let Event::Output { run, stream, bytes } = event {
            outputs.push((run.id, stream, bytes));
        }
    }
    outputs
}

#[test]
fn merges_neighbouring_writes_of_a_run_and_stream_also_between_those_of_other_runs() {
    let outbox = Outbox::new(Box::new(|| {}));
    let (one, other) = (run(1), run(2));
    for _ in 0..1000 {
        outbox.push_output(&one, Stream::Stdout, b"a");
        outbox.push_output(&other, Stream::Stderr, b"b");
    }
    assert_eq!(one.log_unread.load(Ordering::Relaxed), 1000 + EVENT_BYTES);
    assert_eq!(
        outputs(outbox.take()),
        [
            (1, Stream::Stdout, vec![b'a'; 1000]),
            (2, Stream::Stderr, vec![b'b'; 1000]),
        ]
    );
    // What was taken is not touched again.
    outbox.push_output(&one, Stream::Stdout, b"c");
    assert_eq!(outputs(outbox.take()), [(1, Stream::Stdout, b"c".to_vec())]);
}

#[test]
fn keeps_the_order_of_a_run_s_two_streams_and_counts_each_event() {
    let outbox = Outbox::new(Box::new(|| {}));
    let one = run(1);
    for _ in 0..3 {
        outbox.push_output(&one, Stream::Stdout, b"out");
        outbox.push_output(&one, Stream::Stderr, b"err");
    }
    assert_eq!(one.log_unread.load(Ordering::Relaxed), 18 + 6 * EVENT_BYTES);
    assert_eq!(outputs(outbox.take()).len(), 6);
}

#[test]
fn makes_no_event_longer_than_the_merged_most() {
    let outbox = Outbox::new(Box::new(|| {}));
    let one = run(1);
    for _ in 0..5 {
        outbox.push_output(&one, Stream::Stdout, &[0; 40 * 1024]);
    }
    assert_eq!(outputs(outbox.take()).len(), 5);
}

#[test]
fn calls_once_until_it_is_taken_from() {
    let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let outbox = Outbox::new(Box::new(move || {
        counted.fetch_add(1, Ordering::Relaxed);
    }));
    let one = run(1);
    for _ in 0..10 {
        outbox.push_output(&one, Stream::Stdout, b"a");
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    outbox.take();
    outbox.push_output(&one, Stream::Stdout, b"a");
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}
