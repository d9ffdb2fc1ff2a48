//! Arguments that many commands share.

use std::collections::HashSet;

use clap::Args;

use crate::error::Error;
use crate::io::{Io, is_unsafe};
use crate::model::{Address, CloudId, Resource, Scope};
use crate::ops::change::Extent;
use crate::output::{ErrorFormat, Format};

// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Profile to work with (default: KPCTL_PROFILE, else the environment's credentials)
    #[arg(
        short,
        long,
        global = true,
        value_name = "NAME",
        help_heading = "Global options"
    )]
    pub profile: Option<String>,

    /// Region to work in (default: the vendor's own variable)
    #[arg(
        short,
        long,
        global = true,
        value_name = "REGION",
        help_heading = "Global options"
    )]
    pub region: Option<String>,

    /// table (default on a terminal), tsv (default elsewhere), json, ndjson, csv, names, sarif
    #[arg(
        short,
        long,
        global = true,
        hide_possible_values = true,
        value_name = "FORMAT",
        help_heading = "Global options"
    )]
    pub output: Option<Format>,

    /// Select from the JSON document with JMESPath
    #[arg(
        long,
        global = true,
        value_name = "JMESPATH",
        help_heading = "Global options"
    )]
    pub query: Option<String>,

    /// Never ask; what would need an answer ends with exit code 9
    #[arg(long, global = true, help_heading = "Global options")]
    pub no_input: bool,

    /// Give up after this time: 500ms, 30s, 10min, 2h
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        help_heading = "Global options"
    )]
    pub timeout: Option<String>,

    /// Send requests here instead of to the vendor's host
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help_heading = "Global options"
    )]
    pub endpoint_url: Option<String>,

    /// Trust the certificate authorities in this PEM file, too
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub ca_bundle: Option<std::path::PathBuf>,

    /// Work on the embedded cloud: no account, no network, real rules
    #[arg(long, global = true, help_heading = "Global options")]
    pub sandbox: bool,

    /// auto, always, never
    #[arg(
        long,
        global = true,
        hide_possible_values = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Global options"
    )]
    pub color: clap::ColorChoice,

    /// Show each request and answer on stderr, without secrets
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,

    /// Say nothing but warnings and errors
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Global options"
    )]
    pub quiet: bool,

    /// text or json for errors (default: json with -o json and ndjson)
    #[arg(
        long,
        global = true,
        hide_possible_values = true,
        value_name = "FORMAT",
        help_heading = "Global options"
    )]
    pub error_format: Option<ErrorFormat>,

    /// Accept plain http to a host that is not this machine
    #[arg(long, global = true, help_heading = "Global options")]
    pub insecure_endpoint: bool,
}

/// The options that say how a cloud is reached.
pub(crate) const OF_REQUESTS: [&str; 6] = [
    "--sandbox",
    "--timeout",
    "--endpoint-url",
    "--ca-bundle",
    "--insecure-endpoint",
    "--no-input",
];

impl Global {
    /// Refuses the first of these options that was given: it would do nothing. `why` says so.
    pub(crate) fn refuse(
        &self,
        options: &[&str],
        why: impl Fn(&str) -> Error,
    ) -> Result<(), Error> {
        let given = [
            ("--profile", self.profile.is_some()),
            ("--region", self.region.is_some()),
            ("--output", self.output.is_some()),
            ("--query", self.query.is_some()),
            ("--no-input", self.no_input),
            ("--timeout", self.timeout.is_some()),
            ("--endpoint-url", self.endpoint_url.is_some()),
            ("--ca-bundle", self.ca_bundle.is_some()),
            ("--insecure-endpoint", self.insecure_endpoint),
            ("--sandbox", self.sandbox),
            ("--verbose", self.verbose),
        ];
        let useless = |(option, given): &&(&str, bool)| *given && options.contains(option);
        match given.iter().find(useless) {
            Some((option, _)) => Err(why(option)),
            None => Ok(()),
        }
    }

    /// How errors are written.
    pub(crate) fn error_format(&self) -> ErrorFormat {
        self.error_format.unwrap_or(match self.output {
            Some(Format::Json | Format::Ndjson) => ErrorFormat::Json,
            _ => ErrorFormat::Text,
        })
    }
}

// Consent and rehearsal, on every command that changes something.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Changing {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    /// Look, and show what would be sent; change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Look, and write what would be sent to this new file, for 'kpctl apply'; change nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "yes"])]
    pub plan: Option<std::path::PathBuf>,

    /// Refuse to change more things than this
    #[arg(long, value_name = "N")]
    pub max_changes: Option<usize>,

    /// Refuse to power off or restart more machines than this
    #[arg(long, value_name = "N")]
    pub max_stops: Option<usize>,
}

impl Changing {
    /// To the very end: wait, then read back.
    pub(crate) fn extent(&self) -> Extent {
        Extent {
            dry_run: self.dry_run,
            wait: true,
            verify: true,
        }
    }
}

/// Ids of one kind, as they stand on the command line.
#[derive(Debug)]
pub struct Items<'a> {
    /// The cloud that the command works on.
    pub cloud: CloudId,
    /// The kind of thing.
    pub resource: Resource,
    /// The texts: ids, addresses, or one `-`.
    pub texts: &'a [String],
}

/// Ids, each with the scope that its address names.
#[derive(Debug, Default)]
pub struct Selection {
    /// In the order asked for, without repeats.
    pub items: Vec<(Option<Scope>, String)>,
    /// Whether they came from standard input: then nobody can be asked.
    pub from_input: bool,
}

impl Selection {
    /// The ids alone, each once: for commands that work in one scope.
    pub fn ids(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let ids = self.items.iter().map(|(_, id)| id);
        ids.filter(|id| seen.insert(*id)).cloned().collect()
    }
}

impl Items<'_> {
    /// Reads the ids; `-` takes them from standard input, one a line.
    pub fn read(&self, io: &Io) -> Result<Selection, Error> {
        let (texts, from_input) = read_texts(self.texts, io)?;
        let mut items = Vec::new();
        for text in &texts {
            items.push(self.item(text)?);
        }
        Ok(Selection { items, from_input })
    }

    /// An id as it is, or the id and the scope of an address, which must be of this command's kind.
    pub fn item(&self, text: &str) -> Result<(Option<Scope>, String), Error> {
        check_visible(text)?;
        if !Address::is_meant(text) {
            return Ok((None, text.to_owned()));
        }
        let address: Address = text.parse()?;
        let (cloud, resource) = (address.scope.cloud, address.resource);
        if cloud != self.cloud || resource != self.resource {
            return Err(Error::usage(format!(
                "'{text}' is a {resource} of {cloud}; this command works on a {} of {}",
                self.resource, self.cloud
            )));
        }
        Ok((Some(address.scope), address.id))
    }
}

/// The texts of a command line, each once, and whether they came from standard input, as `-` asks.
pub(crate) fn read_texts(given: &[String], io: &Io) -> Result<(Vec<String>, bool), Error> {
    let from_input = given.iter().any(|text| text == "-");
    let texts: Vec<String> = if from_input {
        if given.len() > 1 {
            return Err(Error::usage(
                "'-' takes all ids from standard input: give no others beside it",
            ));
        }
        let input = io.read_input()?;
        let lines = input.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    } else {
        given.to_vec()
    };
    texts.iter().try_for_each(|text| check_visible(text))?;
    let mut seen = HashSet::new();
    let (unique, repeated): (Vec<String>, Vec<String>) = texts
        .into_iter()
        .partition(|text| seen.insert(text.clone()));
    if !repeated.is_empty() {
        let mut named = HashSet::new();
        let repeated: Vec<&str> = repeated
            .iter()
            .map(String::as_str)
            .filter(|text| named.insert(*text))
            .take(10)
            .collect();
        io.warn(&format!(
            "given more than once, done once: {}",
            repeated.join(", ")
        ));
    }
    Ok((unique, from_input))
}

/// Refuses letters that nobody sees: what is named would not be there, which looks like success. An
/// address can still name such a thing, with the letter encoded as lists print it.
pub(crate) fn check_visible(text: &str) -> Result<(), Error> {
    match text.chars().find(|c| is_unsafe(*c) && !c.is_control()) {
        Some(letter) => Err(Error::usage(format!(
            "'{text}' has a letter that cannot be seen, U+{:04X}",
            u32::from(letter)
        ))
        .hint("Write it without; files joined together may have one at the start of a line.")),
        None => Ok(()),
    }
}
