//! kpctl tells where an SSH key is trusted across clouds, puts it there, takes it away, and proves
//! what it did.
//!
//! The map, from the top; each floor may use only those below it:
//!
//! * [`cli`] — the command tree and words for people. No vendor's JSON, no HTTP.
//! * [`ops`] — the promise: split, send, wait, read back, merge. No vendor's name, never prints.
//! * [`cloud`] — one folder a vendor: its operations, wire, signature, errors, hosts.
//! * [`sign`], [`http`], [`auth`] — pure signing helpers, transport, credentials.
//! * [`model`], [`error`], [`secret`], [`time`], [`io`] — the words everything shares.
//!
//! Beside them stand [`output`] (documents and tables) and [`sandbox`], an embedded cloud that
//! shares nothing with the client, so that one mistake cannot hide the other.

pub mod auth;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod context;
pub mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod http;
pub mod io;
pub mod journal;
pub mod model;
pub mod ops;
pub mod output;
pub mod random;
pub mod sandbox;
pub mod secret;
pub mod sign;
pub mod snapshot;
pub mod sshkey;
pub mod stop;
pub mod time;
pub mod toml;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::output::ErrorFormat;
use crate::stop::Stop;

/// Runs one command line in the world of this process.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let json_errors = asks_for_json(&arguments);
    let parsed = Cli::try_parse_from(arguments);
    if let Ok(cli) = &parsed {
        // Before the streams are opened: they decide about colour then.
        let choice = match cli.global().color {
            clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
            clap::ColorChoice::Always => anstream::ColorChoice::Always,
            clap::ColorChoice::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
    let context = Context::of_process();
    let code = match parsed {
        Ok(cli) => {
            context.io.set_quiet(cli.global().quiet);
            let stop = Stop::default();
            match carry_out(&cli, &context, &stop) {
                Ok(code) => code,
                Err(error) => {
                    report(&error, cli.global().error_format(), &context);
                    stop.requested().unwrap_or(error.exit_code())
                }
            }
        }
        Err(error) => {
            if error.use_stderr() && json_errors {
                let text = error.to_string();
                let message = text
                    .trim_start_matches("error: ")
                    .split("\n\n")
                    .next()
                    .unwrap_or_default();
                report(
                    &Error::usage(message.replace('\n', " ")),
                    ErrorFormat::Json,
                    &context,
                );
            } else {
                // Nobody is left to tell when the stream is gone.
                let _ = error.print();
            }
            u8::try_from(error.exit_code()).unwrap_or(2)
        }
    };
    ExitCode::from(code)
}

fn carry_out(cli: &Cli, context: &Context, stop: &Stop) -> Result<u8, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Error::new(
                ErrorKind::Internal,
                format!("the runtime does not start: {error}"),
            )
        })?;
    runtime.block_on(async {
        tokio::select! {
            // The command first: it reads standard input before signals are watched, so that a signal
            // ends a program that waits for input in the usual way.
            biased;
            result = cli.run(context, stop) => result,
            code = signals(stop) => Ok(code),
        }
    })
}

/// The first signal asks the command to end after the answers it waits for, the second not to wait
/// for them, the third ends it.
async fn signals(stop: &Stop) -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    let mut count = 0;
    loop {
        let code = tokio::select! {
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
        };
        count += 1;
        match count {
            1 => stop.request(code),
            2 => stop.hurry(),
            _ => return code,
        }
    }
}

fn report(error: &Error, format: ErrorFormat, context: &Context) {
    match format {
        ErrorFormat::Json => context.io.error_document(&output::error_document(error)),
        ErrorFormat::Text => {
            context.io.error(&error.to_string());
            error.hints.iter().for_each(|hint| context.io.hint(hint));
        }
    }
}

/// Whether errors of the command line itself are wanted as JSON: the line cannot be parsed then,
/// so its words are looked at.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let words: Vec<_> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let value_of = |names: [&str; 2]| {
        words.iter().enumerate().find_map(|(at, word)| {
            let joined = names.iter().find_map(|name| {
                let rest = word.strip_prefix(name)?;
                // A short option takes its value attached, too.
                rest.strip_prefix('=')
                    .or_else(|| (name.len() == 2 && !rest.is_empty()).then_some(rest))
            });
            let apart = names
                .contains(word)
                .then(|| words.get(at + 1).copied())
                .flatten();
            joined.or(apart)
        })
    };
    match value_of(["--error-format", "--error-format"]) {
        Some(format) => format == "json",
        None => matches!(value_of(["-o", "--output"]), Some("json" | "ndjson")),
    }
}
