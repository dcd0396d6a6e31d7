//! Makes hostile modules by the thousand and feeds them to a target.
//!
//! ```text
//! wasmwhisk-fuzz [--seed N] [--first INDEX] [--count N] [--seconds N] [--journal FILE] [--target engine|fuel|check]
//! wasmwhisk-fuzz --seed N --only INDEX [--write FILE]
//! ```
//!
//! A seed and an index name a module for ever: what a campaign finds is made again with `--only`, and `--write` keeps the
//! module for other tools. The target is the engine, the engine with fuel, or no more than a check of the modules. Ends
//! with 1 when the target reported a fault.

#![forbid(unsafe_code)]

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use wasmwhisk_fuzz::{
    Bounds, CheckOnly, EngineBounds, EngineTarget, Summary, make_case, run_campaign,
};

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    bounds: Bounds,
    journal: Option<PathBuf>,
    write: Option<PathBuf>,
    target: TargetName,
}

/// Which target takes the modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TargetName {
    Engine,
    Fuel,
    Check,
}

fn main() -> ExitCode {
    match parse_arguments(std::env::args().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(code) => code,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let bounds = arguments.bounds;
    if let Some(path) = &arguments.write {
        let case =
            make_case(bounds.seed, bounds.first).ok_or("there is no module of this index")?;
        fs::write(path, case.bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        println!(
            "{}, input {}",
            case.shape.name(),
            String::from_utf8_lossy(&case.input)
        );
    }
    let journal = match &arguments.journal {
        Some(path) => {
            Some(File::create(path).map_err(|error| format!("{}: {error}", path.display()))?)
        }
        None => None,
    };
    let began = Instant::now();
    let summary = try_all(arguments, journal.as_ref())?;
    println!("seed {}\n{summary} in {:.1?}", bounds.seed, began.elapsed());
    for (index, text) in &summary.faults {
        match index {
            Some(index) => println!("fault at --seed {} --only {index}: {text}", bounds.seed),
            None => println!("fault: {text}"),
        }
    }
    Ok(if summary.fault_count == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn try_all(arguments: &Arguments, journal: Option<&File>) -> Result<Summary, String> {
    let bounds = arguments.bounds;
    let tell = |error| format!("the journal cannot be written: {error}");
    if arguments.target == TargetName::Check {
        return run_campaign(bounds, &mut CheckOnly, journal).map_err(tell);
    }
    let engine_bounds = EngineBounds {
        fuel: arguments.target == TargetName::Fuel,
        ..EngineBounds::default()
    };
    let mut target = EngineTarget::new(engine_bounds)
        .map_err(|error| format!("the engine cannot be started: {error}"))?;
    let summary = run_campaign(bounds, &mut target, journal).map_err(tell)?;
    println!("{:#?}", target.report());
    Ok(summary)
}

fn parse_arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        bounds: Bounds {
            seed: 1,
            first: 0,
            count: 20_000,
            duration: Duration::from_secs(24 * 60 * 60),
        },
        journal: None,
        write: None,
        target: TargetName::Engine,
    };
    let mut only = false;
    while let Some(name) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("{name} needs a value"))?;
        let number = || {
            let parsed = value.parse::<u64>();
            parsed.map_err(|_| format!("{name} needs a whole number, not {value:?}"))
        };
        match name.as_str() {
            "--seed" => arguments.bounds.seed = number()?,
            "--first" => arguments.bounds.first = number()?,
            "--count" => arguments.bounds.count = number()?,
            "--seconds" => arguments.bounds.duration = Duration::from_secs(number()?),
            "--only" => {
                only = true;
                arguments.bounds.first = number()?;
            }
            "--journal" => arguments.journal = Some(value.into()),
            "--write" => arguments.write = Some(value.into()),
            "--target" => {
                arguments.target = match value.as_str() {
                    "engine" => TargetName::Engine,
                    "fuel" => TargetName::Fuel,
                    "check" => TargetName::Check,
                    other => return Err(format!("{other} is not a target")),
                };
            }
            other => return Err(format!("{other} is not an argument of this program")),
        }
    }
    if only {
        arguments.bounds.count = 1;
    } else if arguments.write.is_some() {
        return Err("--write needs --only, which says the module's index".to_owned());
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        parse_arguments(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn reads_its_arguments() {
        let arguments = parse("--seed 9 --count 50 --seconds 3 --journal j").unwrap();
        assert_eq!(arguments.bounds.seed, 9);
        assert_eq!(arguments.bounds.count, 50);
        assert_eq!(arguments.bounds.duration, Duration::from_secs(3));
        assert_eq!(arguments.journal, Some("j".into()));
        let arguments = parse("--first 5 --target check").unwrap();
        assert_eq!(arguments.bounds.first, 5);
        assert_eq!(arguments.target, TargetName::Check);
        let arguments = parse("--only 77 --write m.wasm").unwrap();
        assert_eq!((arguments.bounds.first, arguments.bounds.count), (77, 1));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in [
            "--sead 1",
            "--seed",
            "--seed x",
            "--count -1",
            "--write m.wasm",
            "--target moon",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
