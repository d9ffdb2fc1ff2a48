//! The last proof: a program of the user's, asked of each host whether it still lets the key in.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::cli::Run;
use crate::cli::site::Site;
use crate::config::env::Env;
use crate::error::Error;
use crate::model::Address;

/// The variable that names the host: an address of the machine.
const HOST: &str = "KPCTL_HOST";
/// The variable that names the machine, as lists print it.
const ADDRESS: &str = "KPCTL_ADDRESS";
/// How long the program may take for one host.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many hosts are asked at the same time.
const AT_ONCE: usize = 8;

/// What the program said of a host.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    pub(super) machine: Address,
    pub(super) host: Option<String>,
    pub(super) verdict: Verdict,
}

/// Whether a host refuses the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The program ended with 0.
    Refused,
    /// It ended with another code, or of a signal.
    Failed(Option<i32>),
    /// It did not end in time, and was ended.
    TimedOut,
    /// It could not be started.
    NotStarted(String),
    /// The cloud does not tell where the machine can be reached.
    NoHost,
    /// The command was interrupted before the program could tell.
    Interrupted,
}

impl Verdict {
    /// The word in documents.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Failed(_) => "not-proven",
            Self::TimedOut => "timed-out",
            Self::NotStarted(_) => "not-started",
            Self::NoHost => "no-host",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Refuses a program that is none, before anything is asked. It is a file, not a line for a shell.
pub(in crate::cli) fn check(program: &str) -> Result<(), Error> {
    let complain = |why: &str| {
        Error::usage(format!("'{}' {why}", program.escape_debug())).hint(
            "--verify-cmd names one program, without arguments; it finds the host in KPCTL_HOST.",
        )
    };
    if program.trim().is_empty() {
        return Err(complain("names no program"));
    }
    // A bare name is looked for in PATH when it is run.
    if !program.contains('/') {
        return Ok(());
    }
    match Path::new(program).metadata() {
        Ok(found) if !found.is_file() => Err(complain("is no file")),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => {
            Err(complain("cannot be run: nobody may execute it"))
        }
        Ok(_) => Ok(()),
        Err(_) => Err(complain("is no file")),
    }
}

/// Asks all hosts. What the program prints is thrown away: only how it ends counts.
pub(super) async fn ask(
    context: &Run<'_>,
    site: &Site<'_>,
    program: &str,
    machines: Vec<(Address, Option<String>)>,
) -> Vec<Proof> {
    let courier = site.courier();
    let (stop, variables) = (&courier.stop, &context.context.env);
    let asked = stream::iter(machines).map(|(machine, host)| async move {
        let verdict = match &host {
            None => Verdict::NoHost,
            Some(host) => tokio::select! {
                biased;
                () = stop.asked_for() => Verdict::Interrupted,
                verdict = run((program, variables), host, &machine, courier.deadline) => verdict,
            },
        };
        Proof {
            machine,
            host,
            verdict,
        }
    });
    asked.buffered(AT_ONCE).collect().await
}

/// A program and all that it started, which end with it.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Once it has been waited for, its number may be another's.
        let number = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = number.and_then(Pid::from_raw) {
            // It may have ended by now.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// Runs the program for one host. Of the environment it gets all but what is for kpctl and the vendors'
/// tools: it has to do with the host, and not with the clouds.
async fn run(
    (program, variables): (&str, &Env),
    host: &str,
    machine: &Address,
    deadline: Option<Instant>,
) -> Verdict {
    let mut command = Command::new(program);
    for name in variables.of_clouds() {
        command.env_remove(name);
    }
    let child = command
        .env(HOST, host)
        .env(ADDRESS, machine.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let mut child = match child {
        Ok(child) => Group(child),
        Err(error) => return Verdict::NotStarted(error.to_string()),
    };
    let patience = Instant::now() + PATIENCE;
    let end = deadline.map_or(patience, |deadline| deadline.min(patience));
    match tokio::time::timeout_at(end, child.0.wait()).await {
        Ok(Ok(status)) if status.success() => Verdict::Refused,
        Ok(Ok(status)) => Verdict::Failed(status.code()),
        Ok(Err(error)) => Verdict::NotStarted(error.to_string()),
        Err(_) => Verdict::TimedOut,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use super::{Verdict, check};
    use crate::config::env::Env;
    use crate::model::{Address, CloudId, Resource, Scope};

    fn machine() -> Address {
        let scope = Scope {
            cloud: CloudId::Volcengine,
            profile: "env".to_owned(),
            region: "cn-beijing".to_owned(),
        };
        scope.address(Resource::Instance, "i-1")
    }

    async fn run(program: &Path, host: &str, patience: Duration) -> Verdict {
        let program = program.to_str().expect("plain");
        let deadline = Some(tokio::time::Instant::now() + patience);
        super::run((program, &Env::default()), host, &machine(), deadline).await
    }

    fn script(folder: &tempfile::TempDir, lines: &str) -> PathBuf {
        let path = folder.path().join("probe");
        std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).expect("written");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&path, mode).expect("set");
        path
    }

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn only_how_the_program_ends_counts() {
        let folder = tempfile::TempDir::new().expect("a folder");
        for (lines, expected) in [
            ("exit 0", Verdict::Refused),
            ("exit 1", Verdict::Failed(Some(1))),
            ("kill -9 $$", Verdict::Failed(None)),
            (
                "head -c 3000000 /dev/urandom; exit 3",
                Verdict::Failed(Some(3)),
            ),
            ("cat; exit 4", Verdict::Failed(Some(4))),
        ] {
            let probe = script(&folder, lines);
            assert_eq!(run(&probe, "203.0.113.1", LONG).await, expected, "{lines}");
        }
        let nothing = run(Path::new("/no/such/program"), "203.0.113.1", LONG).await;
        assert!(matches!(nothing, Verdict::NotStarted(_)));
    }

    #[tokio::test]
    async fn no_shell_reads_the_host() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let lines = "printf %s \"$KPCTL_HOST|$KPCTL_ADDRESS|$#\" > \"$0.seen\"";
        let probe = script(&folder, lines);
        let host = "$(touch /tmp/x); `id` \"' && false";
        assert_eq!(run(&probe, host, LONG).await, Verdict::Refused);
        let seen = std::fs::read_to_string(folder.path().join("probe.seen")).expect("written");
        assert_eq!(seen, format!("{host}|{}|0", machine()));
    }

    #[tokio::test]
    async fn a_program_that_hangs_ends_with_all_that_it_started() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let probe = script(&folder, "(sleep 2; echo late > \"$0.late\") & sleep 600");
        let began = Instant::now();
        let patience = Duration::from_millis(300);
        assert_eq!(run(&probe, "h", patience).await, Verdict::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert!(!folder.path().join("probe.late").exists());
    }

    #[test]
    fn a_line_for_a_shell_is_no_program() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let plain = folder.path().join("plain");
        std::fs::write(&plain, "exit 0").expect("written");
        let texts = [folder.path(), &plain].map(|path| path.display().to_string());
        for wrong in ["", " ", "/no/such/file", "./can-login.sh {host}"]
            .into_iter()
            .chain(texts.iter().map(String::as_str))
        {
            assert_eq!(check(wrong).expect_err(wrong).exit_code(), 2);
        }
        check("/bin/sh").expect("is one");
        check("true").expect("is looked for in PATH");
    }
}
