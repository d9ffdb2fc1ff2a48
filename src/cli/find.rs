//! `find`: where a key is.

use clap::Args;
use serde_json::{Value, json};

use super::Run;
use super::fleet::{INCOMPLETE, KEYS, Offline, Source, Wanted, Where, reach, say_gaps};
use super::sought;
use crate::error::Error;
use crate::ops::find::{Found, Match, Sought, find};
use crate::output::{Item, ListStream, Output, holding_item};

/// The exit code when everything was read and the key is nowhere.
const NOWHERE: u8 = 5;

// Which key, and where to look.
#[derive(Args, Debug)]
pub(super) struct Find {
    /// Key file of either half, SHA256:…, MD5 with or without colons, or '-'; a private key is never sent
    #[arg(value_name = "KEY")]
    key: String,

    #[command(flatten)]
    place: Where,

    /// Tell what holds the key: instances, cloud phone servers, Git users
    #[arg(long)]
    usage: bool,

    #[command(flatten)]
    snapshot: Offline,
}

impl Find {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let sought = sought::read(&self.key, run).await?;
        let wanted = Wanted {
            usage: self.usage,
            ..Wanted::default()
        };
        let source = Source::read(run, &self.place, &self.snapshot, &KEYS, &KEYS, wanted).await?;
        let found = find(&source.inventory, &sought);
        self.write(run, &output, &source, &sought, &found)
    }

    fn write(
        &self,
        run: &Run<'_>,
        output: &Output,
        source: &Source,
        sought: &Sought,
        found: &Found<'_>,
    ) -> Result<u8, Error> {
        let io = &run.context.io;
        let inventory = &source.inventory;
        let mut reach = reach(&inventory.visits);
        reach.is_complete &= found.undecided.is_empty();
        let undecided = found.undecided.iter().map(|undecided| {
            json!({
                "scope": undecided.place.to_string(),
                "count": undecided.count,
                "reason": undecided.reason,
            })
        });
        reach.members.push(("undecided", undecided.collect()));
        reach.members.insert(0, ("key", about(sought, found)));
        let is_complete = reach.is_complete;
        let mut warnings = inventory.warnings.clone();
        warnings.extend(found.warnings.iter().cloned());

        let mut list = ListStream::new(output, io, "find", source.sandbox);
        let items = found.hits.iter();
        let items = items.map(|(holding, by)| item(holding_item(holding, self.usage), *by));
        list.add(items.collect())?;
        list.finish(reach, &warnings, source.endpoint.as_deref())?;
        if !output.is_document() {
            for warning in &warnings {
                io.warn(warning);
            }
            say_gaps(run, &inventory.visits);
            for undecided in &found.undecided {
                io.dim(&format!(
                    "not compared: {}: {}, {}",
                    undecided.place, undecided.count, undecided.reason
                ));
            }
            let places = match found.hits.len() {
                0 if is_complete => "found nowhere".to_owned(),
                0 => "found nowhere that could be read".to_owned(),
                1 => "found in 1 place".to_owned(),
                count => format!("found in {count} places"),
            };
            io.say(&format!("{places}; looked through {}", source.summary));
        }
        Ok(match (source.stopped, is_complete, found.hits.is_empty()) {
            (Some(code), ..) => code,
            (None, false, _) => INCOMPLETE,
            (None, true, true) => NOWHERE,
            (None, true, false) => 0,
        })
    }
}

/// What is known of the key that was looked for.
fn about(sought: &Sought, found: &Found<'_>) -> Value {
    let given = match sought {
        Sought::Key(key) => key.sha256(),
        Sought::Digest(digest) => *digest,
    };
    let key = found.key.as_ref();
    json!({
        "sought": given.to_string(),
        "type": key.map(|key| key.kind().to_owned()),
        "bits": key.and_then(crate::sshkey::PublicKey::bits),
        "fingerprint_sha256": key.map(|key| key.sha256().to_string()),
        "fingerprint_md5": key.map(|key| key.md5().to_string()),
        "public_key": key.map(crate::sshkey::PublicKey::line),
    })
}

/// A place of the key, and how it was recognised there.
fn item(mut item: Item, by: Match) -> Item {
    let form = by.form().map(crate::sshkey::Form::word);
    item.fields.push(("match", json!(by.word())));
    item.fields.push(("match_form", json!(form)));
    item.columns.push(("MATCH", by.word().to_owned()));
    item
}
