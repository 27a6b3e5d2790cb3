//! The whole gate in order: what is cheap and often wrong comes first. It ends within an hour or fails.

use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// A gate that takes longer is one that nobody runs: the two thousand lives of the simulator included.
const MINUTES_MAX: u64 = 60;
const WASM: &str = "wasm32-unknown-unknown";

/// One step of the gate.
struct Step {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    folder: &'static str,
}

const STEPS: &[Step] = &[
    cargo("format", &["fmt", "--all", "--check"]),
    cargo("clippy, native", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    cargo(
        "clippy, wasm32",
        &[
            "clippy",
            "--quiet",
            "-p",
            "decentdb-vfs-opfs",
            "-p",
            "decentdb-wasm",
            "--target",
            WASM,
            "--",
            "-D",
            "warnings",
        ],
    ),
    cargo(
        "documentation",
        &[
            "doc",
            "--quiet",
            "--workspace",
            "--no-deps",
            "--exclude",
            "decentdb-compare",
            "--config",
            "build.rustdocflags=[\"-D\", \"warnings\"]",
        ],
    ),
    SCHEDULES,
    cargo("tests, native", &["test", "--workspace", "--exclude", "decentdb-compare"]),
    cargo(
        "release build",
        &["build", "--quiet", "--release", "-p", "decentdb-cli", "-p", "decentdb-examples"],
    ),
    Step {
        name: "packages of npm",
        program: "npm",
        arguments: &["ci", "--no-audit", "--no-fund"],
        folder: "npm",
    },
    Step {
        name: "the demo, with the browser build and its sizes",
        program: "./examples/demo.sh",
        arguments: &["--check"],
        folder: ".",
    },
    Step { name: "tests, browser", program: "npm", arguments: &["test"], folder: "npm" },
];

/// Orders of threads, tried by a scheduler that owns every lock and atomic of the pager: a build of its own.
const SCHEDULES: Step = cargo(
    "schedules of threads",
    &[
        "test",
        "--quiet",
        "--config",
        "build.rustflags=[\"--cfg\", \"shuttle\"]",
        "--target-dir",
        "target/shuttle",
        "-p",
        "decentdb-core",
        "--lib",
        "--",
        "schedules",
    ],
);

/// Runs the schedules alone.
pub(crate) fn schedules(root: &Path) -> Result<(), String> {
    run_step(root, &SCHEDULES, Instant::now())
}

const fn cargo(name: &'static str, arguments: &'static [&'static str]) -> Step {
    Step { name, program: "cargo", arguments, folder: "." }
}

/// Runs every step, stopping at the first that fails.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let begun = Instant::now();
    crate::tidy::run(root)?;
    for step in STEPS {
        run_step(root, step, begun)?;
    }
    println!("== the gate: {} s", begun.elapsed().as_secs());
    Ok(())
}

fn run_step(root: &Path, step: &Step, begun: Instant) -> Result<(), String> {
    let start = Instant::now();
    println!("== {}", step.name);
    let child = Command::new(step.program)
        .args(step.arguments)
        .current_dir(root.join(step.folder))
        .spawn()
        .map_err(|error| format!("{}: {error}", step.program))?;
    let status = end_of(child, begun).map_err(|problem| format!("ci: {}: {problem}", step.name))?;
    if !status.success() {
        return Err(format!("ci: {} failed", step.name));
    }
    println!("== {}: {} s", step.name, start.elapsed().as_secs());
    Ok(())
}

/// How a step ended, if it did while there was time.
fn end_of(mut child: Child, begun: Instant) -> Result<ExitStatus, String> {
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => return Ok(status),
            None if begun.elapsed() > Duration::from_secs(MINUTES_MAX * 60) => {
                child.kill().map_err(|error| error.to_string())?;
                return Err(format!("the gate took more than {MINUTES_MAX} minutes"));
            }
            None => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}
