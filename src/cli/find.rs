//! `find`: where a key is.

use clap::Args;
use serde_json::{Value, json};

use super::Run;
use super::fleet::{Fleet, KEYS, Offline, Where, reach, say_gaps};
use super::site::Site;
use super::sought;
use crate::cloud::holders::holders;
use crate::error::Error;
use crate::model::{Inventory, Place};
use crate::ops::find::{Found, Match, Sought, find};
use crate::ops::usage;
use crate::output::{Item, ListStream, Output, holding_item};

/// The exit code when everything was read and the key is nowhere.
const NOWHERE: u8 = 5;
/// The exit code of an answer that is not whole.
const INCOMPLETE: u8 = 10;

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

/// Where the keys come from that are looked through.
struct Source {
    inventory: Inventory,
    sandbox: bool,
    endpoint: Option<String>,
    stopped: Option<u8>,
    summary: String,
}

impl Find {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let sought = sought::read(&self.key, run).await?;
        let mut source = self.read(run).await?;
        if self.usage {
            usage::count(&mut source.inventory);
        }
        let found = find(&source.inventory, &sought);
        self.write(run, &output, &source, &sought, &found)
    }

    async fn read(&self, run: &Run<'_>) -> Result<Source, Error> {
        let began = tokio::time::Instant::now();
        if let Some(path) = &self.snapshot.offline {
            let snapshot = super::fleet::offline(run, path, &self.place, &KEYS)?;
            return Ok(Source {
                summary: format!("looked through {}", path.display()),
                inventory: snapshot.inventory,
                sandbox: snapshot.sandbox,
                endpoint: snapshot.endpoint,
                stopped: None,
            });
        }
        let site = Site::open(run.context, run.global, run.stop).await?;
        let mut fleet = Fleet::find(run, &site, &self.place, &KEYS, &KEYS).await?;
        if self.usage {
            fleet
                .also(|place: &Place| holders(place.scope.cloud, place.resource).lists.to_vec())?;
        }
        let inventory = fleet.inventory(run, &site).await?;
        let keys = inventory.keys().count();
        Ok(Source {
            summary: format!(
                "looked through {}",
                fleet.summary(&site, &inventory.visits, keys, began.elapsed())
            ),
            endpoint: fleet.endpoint(&site)?,
            sandbox: site.is_sandbox(),
            stopped: site.courier().stop.requested(),
            inventory,
        })
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
            warnings.iter().for_each(|warning| io.warn(warning));
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
            io.say(&format!("{places}; {}", source.summary));
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
