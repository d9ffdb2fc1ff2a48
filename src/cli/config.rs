//! `config get|set|unset|path|explain`.

mod explain;

use clap::{Args, Subcommand};

use super::Run;
use crate::config::file::{self, KeyPath, Kind, NewValue};
use crate::config::paths;
use crate::error::{Error, ErrorKind};
use crate::io::escaped;
use crate::output::{Format, Output};
use crate::secret::Secret;

/// What can be done with the config file.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum Config {
    /// Print what a key has, without secrets; 5 when it is not set
    ///
    /// A list has its texts on lines of their own. A table is printed as a part of the file.
    #[command(before_help = "Examples:\n  \
        kpctl config get profiles.prod.region\n  \
        kpctl config get profiles.prod\n  \
        kpctl config get groups -o json")]
    Get(Get),

    /// Set keys, all of them or none; comments and order stay
    ///
    /// A list is a,b or a TOML array. What would break the file is refused. '-' takes a value from
    /// standard input, and is the only way for secrets: others can see what stands on a command line.
    #[command(before_help = "Examples:\n  \
        kpctl config set profiles.prod.region cn-shanghai\n  \
        kpctl config set profiles.ci.cloud tencent profiles.ci.credentials.source tccli\n  \
        pass show ci | kpctl config set profiles.ci.credentials.secret-access-key -")]
    Set(Set),

    /// Take a key away, or a table with all that is in it
    #[command(before_help = "Examples:\n  \
        kpctl config unset profiles.prod.endpoint\n  \
        kpctl config unset profiles.old")]
    Unset(Unset),

    /// Show every setting, its value, and where the value comes from
    ///
    /// Nothing is sent, and no secret is shown. Without -p the sources of credentials are listed in the
    /// order in which they are asked.
    #[command(before_help = "Examples:\n  \
        kpctl config explain\n  \
        kpctl config explain huawei -p prod -o json")]
    Explain(explain::Explain),

    /// Print where the file is, there or not
    #[command(before_help = "Examples:\n  kpctl config path\n  $EDITOR \"$(kpctl config path)\"")]
    Path,
}

// One key.
#[derive(Args, Debug)]
pub(super) struct Get {
    /// The key, as in profiles.prod.region; a name with a dot in it stands in quotes
    #[arg(value_name = "KEY")]
    key: String,
}

// Keys and their values.
#[derive(Args, Debug)]
pub(super) struct Set {
    /// The key and its value, and more of them
    #[arg(required = true, num_args = 2.., value_names = ["KEY", "VALUE"])]
    pairs: Vec<String>,
}

// One key.
#[derive(Args, Debug)]
pub(super) struct Unset {
    /// The key, as in profiles.prod.region; a name with a dot in it stands in quotes
    #[arg(value_name = "KEY")]
    key: String,
}

impl Config {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        if let Self::Explain(command) = self {
            return command.run(run).await;
        }
        self.edit(run).await
    }

    /// The commands that look at the file alone.
    async fn edit(&self, run: &Run<'_>) -> Result<u8, Error> {
        let get = matches!(self, Self::Get(_));
        refuse_useless(run, get)?;
        let path = paths::config(&run.context.env)?;
        let io = &run.context.io;
        match self {
            Self::Get(command) => command.run(run)?,
            Self::Set(command) => file::set(&path, &command.changes(run).await?)?,
            Self::Unset(command) => file::unset(&path, &command.key.parse()?)?,
            Self::Path | Self::Explain(_) => io.data(&format!("{}\n", path.display()))?,
        }
        Ok(0)
    }
}

impl Get {
    fn run(&self, run: &Run<'_>) -> Result<(), Error> {
        let io = &run.context.io;
        let document = run.global.output.is_some() || run.global.query.is_some();
        let output = Output::new(run.global.output, run.global.query.as_deref(), io)?;
        if document && !output.is_document() {
            return Err(Error::usage("a key of the config file has no such output")
                .hint("Use -o json, or leave -o out."));
        }
        let key: KeyPath = self.key.parse()?;
        let value = file::get(&paths::config(&run.context.env)?, &key)?;
        let value =
            value.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("'{key}' is not set")))?;
        if document {
            return output.answer(&value, false, io);
        }
        let text = match (&value, key.kind()) {
            (_, Kind::Table) => file::to_toml(&key, &value),
            (serde_json::Value::Array(texts), _) => {
                let lines = texts.iter().filter_map(serde_json::Value::as_str);
                lines.flat_map(|line| [line, "\n"]).collect()
            }
            (value, _) => format!("{}\n", value.as_str().unwrap_or_default()),
        };
        if io.out_is_terminal() {
            return io.data(&escaped(&text));
        }
        io.data(&text)
    }
}

impl Set {
    async fn changes(&self, run: &Run<'_>) -> Result<Vec<(KeyPath, NewValue)>, Error> {
        let (pairs, []) = self.pairs.as_chunks::<2>() else {
            return Err(Error::usage("the last key has no value"));
        };
        if pairs.iter().filter(|[_, value]| value == "-").count() > 1 {
            return Err(Error::usage(
                "'-' stands more than once, and standard input is read once",
            ));
        }
        let mut keys = Vec::new();
        for [key, value] in pairs {
            let key: KeyPath = key.parse()?;
            if key.kind() == Kind::Secret && value != "-" {
                return Err(
                    Error::usage("a secret on the command line is seen by others").hint(format!(
                        "Write - for the value of '{key}' and give it on standard input."
                    )),
                );
            }
            keys.push((key, value));
        }
        let mut changes = Vec::new();
        for (key, value) in keys {
            let text = match value.as_str() {
                "-" => from_input(&key, run).await?,
                value => Secret::new(value.to_owned()),
            };
            let value = NewValue::read(&key, text)?;
            changes.push((key, value));
        }
        Ok(changes)
    }
}

/// The value on standard input, without the end of its line; a person who types a secret does not
/// see it.
async fn from_input(key: &KeyPath, run: &Run<'_>) -> Result<Secret, Error> {
    let io = &run.context.io;
    if key.kind() == Kind::Secret && io.person_is_there() && !run.global.no_input {
        return run.ask_secret(&format!("Value of {key}"), false).await;
    }
    let input = Secret::new(io.read_input()?);
    let text = input.expose();
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Secret::new(text.to_owned()))
}

/// Refuses options of requests, of which there are none here.
fn refuse_useless(run: &Run<'_>, get: bool) -> Result<(), Error> {
    let why = |option: &str| Error::usage(format!("{option} does nothing here"));
    let global = run.global;
    let always = [
        "--profile",
        "--region",
        "--timeout",
        "--endpoint-url",
        "--ca-bundle",
        "--insecure-endpoint",
        "--sandbox",
        "--verbose",
    ];
    global.refuse(&always, why)?;
    if !get {
        global.refuse(&["--query"], why)?;
        if !global.output.is_none_or(is_json) {
            return Err(why("--output"));
        }
    }
    Ok(())
}

/// Asks for errors as JSON, too, so that it does something everywhere.
fn is_json(format: Format) -> bool {
    matches!(format, Format::Json | Format::Ndjson)
}
