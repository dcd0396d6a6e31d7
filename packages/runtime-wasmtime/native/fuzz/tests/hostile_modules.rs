//! A campaign in small: what the whole one does with tens of thousands, on every change.

use std::time::Duration;

use wasmwhisk_fuzz::{Bounds, EngineBounds, EngineTarget, Outcome, run_campaign};

#[test]
fn hostile_modules_end_as_they_should_and_harm_nobody() {
    let mut target = EngineTarget::new(EngineBounds {
        // A machine that does much else is late, which is no fault of the engine: campaigns are stricter.
        slack: Duration::from_secs(3),
        ..EngineBounds::default()
    })
    .unwrap();
    let bounds = Bounds {
        seed: 20_250_101,
        first: 0,
        count: 300,
        duration: Duration::from_secs(20),
    };
    let summary = run_campaign(bounds, &mut target, None).unwrap();
    assert_eq!(summary.faults, []);
    assert_eq!(summary.fault_count, 0);

    // Without these the campaign would have tried nothing.
    let report = target.report();
    assert!(summary.tried >= 40, "{summary}");
    assert!(report.healthy >= 1 && report.runs >= 50, "{report:?}");
    for outcome in [
        Outcome::Refused,
        Outcome::Trapped,
        Outcome::Stopped,
        Outcome::Ended,
    ] {
        assert!(
            summary.total(outcome.place()) > 0,
            "nothing {outcome}\n{summary}"
        );
    }
}
