//! The last proof: a program of the user's, asked of each host whether it still lets the key in.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::process::Command;

use crate::cli::site::Site;
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
pub(super) fn check(program: &str) -> Result<(), Error> {
    let complain = |why: &str| {
        Error::usage(format!("'{}' {why}", program.escape_debug())).hint(
            "--verify-cmd names one program, without arguments; it finds the host in KPCTL_HOST.",
        )
    };
    if program.trim().is_empty() {
        return Err(complain("names no program"));
    }
    // A bare name is looked for in PATH when it is run.
    if program.contains('/') && !Path::new(program).is_file() {
        return Err(complain("is no file"));
    }
    Ok(())
}

/// Asks all hosts. What the program prints is thrown away: only how it ends counts.
pub(super) async fn ask(
    site: &Site<'_>,
    program: &str,
    machines: Vec<(Address, Option<String>)>,
) -> Vec<Proof> {
    let stop = &site.courier().stop;
    let asked = stream::iter(machines).map(|(machine, host)| async move {
        let verdict = match &host {
            None => Verdict::NoHost,
            Some(host) => tokio::select! {
                biased;
                () = stop.asked_for() => Verdict::Interrupted,
                verdict = run(program, host, &machine) => verdict,
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

async fn run(program: &str, host: &str, machine: &Address) -> Verdict {
    let child = Command::new(program)
        .env(HOST, host)
        .env(ADDRESS, machine.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return Verdict::NotStarted(error.to_string()),
    };
    match tokio::time::timeout(PATIENCE, child.wait()).await {
        Ok(Ok(status)) if status.success() => Verdict::Refused,
        Ok(Ok(status)) => Verdict::Failed(status.code()),
        Ok(Err(error)) => Verdict::NotStarted(error.to_string()),
        Err(_) => Verdict::TimedOut,
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, check, run};
    use crate::model::{CloudId, Resource, Scope};

    #[tokio::test]
    async fn only_how_the_program_ends_counts() {
        let scope = Scope {
            cloud: CloudId::Volcengine,
            profile: "env".to_owned(),
            region: "cn-beijing".to_owned(),
        };
        let machine = scope.address(Resource::Instance, "i-1");
        let host = "203.0.113.1; false";
        assert_eq!(run("true", host, &machine).await, Verdict::Refused);
        assert_eq!(run("false", host, &machine).await, Verdict::Failed(Some(1)));
        assert!(matches!(
            run("/no/such/program", host, &machine).await,
            Verdict::NotStarted(_)
        ));
    }

    #[test]
    fn a_line_for_a_shell_is_no_program() {
        for wrong in ["", " ", "/no/such/file", "./can-login.sh {host}"] {
            assert_eq!(check(wrong).expect_err(wrong).exit_code(), 2);
        }
        check("/bin/sh").expect("is one");
    }
}
