//! `kpctl api`: any operation of any cloud.

mod answer;

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde_json::Value;

use super::Run;
use super::carry_out::{check_account, check_mutations, place, question_text};
use super::site::Site;
use crate::cloud::Provider;
use crate::cloud::change::{Danger, Risk};
use crate::cloud::raw::{self, Nature, Parameter, PrivateKeys, RawRequest};
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::{CloudId, Resource};
use crate::ops::consent::{Consent, Question};
use crate::ops::protect::protect_words;
use crate::output::{ChangeDocument, Format, Output};

/// The command in documents.
const COMMAND: &str = "api";
/// Lines of parameters that a question shows.
const LISTED: usize = 20;

#[derive(Args, Debug)]
#[command(before_help = "Examples:\n  \
    kpctl api volcengine ecs DescribeKeyPairs KeyPairNames.1=web-1\n  \
    kpctl api tencent cvm DescribeInstances InstanceIds.0=ins-4t6y8u2i --all-pages\n  \
    kpctl api huawei kms GET /v3/{project_id}/keypairs limit=10 --query 'keypairs[].keypair.name'\n  \
    kpctl api huawei kms POST /v1.0/{project_id}/kms/list-keys --json @body.json")]
pub(super) struct Api {
    /// volcengine, tencent or huawei
    #[arg(value_parser = CloudId::from_str)]
    cloud: CloudId,

    /// The service, by the vendor's short name: ecs, cvm, kms
    service: String,

    /// The operation by the vendor's name; on huawei the HTTP method
    operation: String,

    /// The parameters in the vendor's spelling; on huawei the path, then the query
    #[arg(value_name = "KEY=VALUE")]
    words: Vec<String>,

    /// All parameters, or the body, as JSON from a file or from standard input
    #[arg(long, value_name = "@FILE|-")]
    json: Option<String>,

    /// The API version, for services whose version kpctl does not know
    #[arg(long = "api-version", value_name = "VERSION")]
    version: Option<String>,

    /// Read all pages and print them as one list, for the operations that kpctl knows
    #[arg(long, conflicts_with = "out")]
    all_pages: bool,

    /// Write the private key of the answer to a new file of mode 0600
    #[arg(long, value_name = "FILE", conflicts_with = "all_pages")]
    private_key_file: Option<PathBuf>,

    /// Write the whole answer, secrets included, to a new file of mode 0600; for downloads, too
    #[arg(long, value_name = "FILE", conflicts_with = "private_key_file")]
    out: Option<PathBuf>,

    /// Accept that running machines are powered off hard (needs --yes)
    #[arg(long)]
    force_stop: bool,

    /// Accept that the body's private key is sent to the cloud (needs --yes)
    #[arg(long)]
    send_private_key: bool,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// Show what would be sent; send nothing
    #[arg(long)]
    dry_run: bool,
}

impl Api {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = self.output(run)?;
        let request = self.request(run)?;
        let service = request.service;
        let words = request.texts();
        let site = Site::open(run.context, run.global, run.stop).await?;
        let provider = site.provider(self.cloud, service)?;
        let provider = provider.as_ref();
        let call = provider.raw(request)?;
        let nature = call.nature();
        self.check_options(nature)?;
        if !site.is_sandbox() {
            check_account(run, provider).await?;
        }
        let endpoint = site.foreign_endpoint(self.cloud, service)?;
        let dangers = dangers(provider, nature);
        if self.dry_run {
            site.courier().may_change.set(false);
            let warnings: Vec<_> = dangers
                .iter()
                .map(|danger| {
                    let flag = danger.risk.flag();
                    format!("{} (needs --yes and {flag})", danger.reason)
                })
                .collect();
            let document = ChangeDocument {
                command: COMMAND,
                outcomes: &[],
                warnings: &warnings,
                plan: Some(&[call.preview().await?]),
                endpoint: endpoint.as_deref(),
                sandbox: site.is_sandbox(),
                members: Vec::new(),
            };
            output.change(&document, &run.context.io)?;
            return Ok(0);
        }
        if !nature.is_read {
            check_mutations(run)?;
            site.courier().may_change.set(false);
            protect_words(site.protect_rules()?, provider, service, &words).await?;
            self.consent(run, &site, provider, endpoint.as_deref(), nature, &dangers)
                .await?;
            site.courier().go_on()?;
            site.keep_journal(COMMAND)?;
            site.courier().may_change.set(true);
        }
        let result = self.send(run, call.as_ref(), &output).await;
        if let Some(journal) = site.courier().journal.borrow().as_ref() {
            let code = result.as_ref().map_or_else(Error::exit_code, |code| *code);
            journal.end(code, Vec::new());
            if let Some(error) = journal.trouble() {
                let io = &run.context.io;
                io.warn(&format!("the record of this run is not whole: {error}"));
            }
        }
        result
    }

    /// The answer is the vendor's own JSON, so there are no rows to write.
    fn output(&self, run: &Run<'_>) -> Result<Output, Error> {
        if !matches!(run.global.output, None | Some(Format::Json)) {
            return Err(
                Error::usage("an answer of api is JSON: it has no other form")
                    .hint("Use -o json, or leave -o out; --query selects parts."),
            );
        }
        if self.out.is_some() && run.global.query.is_some() {
            return Err(Error::usage(
                "--out writes the whole answer, so that --query would do nothing",
            ));
        }
        let query = run.global.query.as_deref();
        Output::new(Some(Format::Json), query, &run.context.io)
    }

    fn request(&self, run: &Run<'_>) -> Result<RawRequest, Error> {
        let mut words = self.words.as_slice();
        let mut path = None;
        if self.cloud == CloudId::Huawei
            && let [first, rest @ ..] = words
        {
            (path, words) = (Some(first.clone()), rest);
        }
        let parameters = words.iter().map(|word| Parameter::from_str(word));
        Ok(RawRequest {
            service: raw::service(self.cloud, &self.service)?,
            operation: self.operation.clone(),
            path,
            version: self.version.clone(),
            parameters: parameters.collect::<Result<_, _>>()?,
            body: self.body(run)?,
            all_pages: self.all_pages,
        })
    }

    fn body(&self, run: &Run<'_>) -> Result<Option<Value>, Error> {
        let text = match self.json.as_deref() {
            None => return Ok(None),
            Some("-") => run.context.io.read_input()?,
            Some(place) => {
                let file = place.strip_prefix('@').filter(|file| !file.is_empty());
                // What is there instead may be a body with a secret, so it is not shown.
                let file = file.ok_or_else(|| {
                    Error::usage("--json takes '@FILE', or '-' for standard input")
                        .hint("JSON itself stays off the command line, where others could read it.")
                })?;
                std::fs::read_to_string(file)
                    .map_err(|error| Error::usage(format!("cannot read '{file}': {error}")))?
            }
        };
        serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map(Some)
            .map_err(|error| Error::usage(format!("--json holds no JSON: {error}")))
    }

    /// Options that would do nothing, and a private key that would be lost.
    fn check_options(&self, nature: &Nature) -> Result<(), Error> {
        for accepted in self.accepted() {
            if !nature.risks.iter().any(|(risk, _)| *risk == accepted) {
                let flag = accepted.flag();
                return Err(Error::usage(format!(
                    "{flag} accepts what this call does not ask for"
                )));
            }
        }
        let has_place = match nature.private_keys {
            PrivateKeys::None => true,
            PrivateKeys::One => self.private_key_file.is_some() || self.out.is_some(),
            PrivateKeys::Several => self.out.is_some(),
        };
        if has_place || self.dry_run {
            return Ok(());
        }
        let option = match nature.private_keys {
            PrivateKeys::Several => "--out FILE",
            PrivateKeys::None | PrivateKeys::One => "--private-key-file FILE",
        };
        Err(Error::usage(format!(
            "{} makes a private key that is shown once, and it has no place to go: nothing was sent",
            nature.name
        ))
        .code("NoPlaceForPrivateKey")
        .hint(format!(
            "Add {option}, or import a public key of your own."
        )))
    }

    /// The severe flags that were given.
    fn accepted(&self) -> Vec<Risk> {
        let flags = [
            (self.force_stop, Risk::PowerCut),
            (self.send_private_key, Risk::PrivateKeySent),
        ];
        let given = flags.into_iter().filter(|(given, _)| *given);
        given.map(|(_, risk)| risk).collect()
    }

    async fn consent(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        provider: &dyn Provider,
        endpoint: Option<&str>,
        nature: &Nature,
        dangers: &[Danger],
    ) -> Result<(), Error> {
        let io = &run.context.io;
        let from_input = self.json.as_deref() == Some("-");
        let may_ask = io.person_is_there() && !run.global.no_input && !from_input && !self.yes;
        let ask = |question: Question| -> BoxFuture<'_, Result<bool, Error>> {
            let answer = async move {
                let places = [place(provider, endpoint).await?];
                io.confirm(&question_text(&question, &places)).await
            };
            Box::pin(site.courier().while_asking(answer))
        };
        let mut notes = parameters(&nature.parameters);
        notes.push(
            "kpctl does not know this operation to be a read: it may change or remove anything."
                .to_owned(),
        );
        let question = Question {
            purpose: format!("call {}", nature.name),
            items: Vec::new(),
            notes,
        };
        let consent = Consent {
            yes: self.yes,
            accepted: self.accepted(),
            ask: if may_ask { Some(&ask) } else { None },
        };
        consent.gate(true, dangers, &question).await
    }
}

/// The dangers for each machine that the call names; `*` stands for machines that it does not name.
fn dangers(provider: &dyn Provider, nature: &Nature) -> Vec<Danger> {
    let all = ["*".to_owned()];
    let machines = if nature.machines.is_empty() {
        &all[..]
    } else {
        &nature.machines
    };
    let of_machine = |machine: &String| {
        let machine = provider.scope().address(Resource::Instance, machine);
        let danger = |(risk, reason): &(Risk, &str)| Danger {
            risk: *risk,
            machine: machine.clone(),
            reason: (*reason).to_owned(),
        };
        nature.risks.iter().map(danger).collect::<Vec<_>>()
    };
    machines.iter().flat_map(of_machine).collect()
}

/// The parameters as lines of a question.
fn parameters(value: &Value) -> Vec<String> {
    let text = format!("{value:#}");
    let count = text.lines().count();
    let mut lines: Vec<_> = text
        .lines()
        .take(LISTED)
        .map(|line| format!("  {line}"))
        .collect();
    if count > LISTED {
        lines.push(format!("  … {count} lines in all"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parameters;

    #[test]
    fn long_parameters_are_cut_in_a_question() {
        let many: Vec<_> = (0..100).collect();
        let lines = parameters(&json!({ "Ids": many }));
        assert_eq!(lines.len(), 21);
        assert!(lines[20].contains("104 lines"), "{}", lines[20]);
    }
}
