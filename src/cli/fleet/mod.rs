//! Work on many places: which ones are meant, reading them at once, telling how far it is.

mod accounts;
mod gather;
mod offline;
mod places;
mod regions;
mod source;
mod status;

use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;

pub(super) use offline::{offline, read as read_snapshot};
pub(super) use places::Fleet;
pub(super) use source::{Source, Wanted};

use crate::cloud::inventory_lists;
use crate::error::Error;
use crate::model::{CloudId, ListRequest, Place, Resource, ScopePattern, Sight, Visit};
use crate::output::{Fields, Reach};

use super::Run;

// Where to look.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Where {
    // No doc comment: its brackets are links to rustdoc.
    #[arg(
        long,
        value_name = "SCOPE",
        value_delimiter = ',',
        help = "CLOUD[:PROFILE][/REGION[/RESOURCE]] with * for any letters, or a group or profile of the config \
                file; may be repeated (default: every cloud with credentials, every region)"
    )]
    pub(super) on: Vec<String>,
}

// A snapshot instead of the clouds.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Offline {
    /// Read this snapshot instead of the clouds; nothing is sent
    #[arg(long, value_name = "FILE")]
    pub(super) offline: Option<PathBuf>,
}

impl Where {
    /// The scopes; everything where none was named.
    pub(super) fn scopes(&self) -> Result<Vec<ScopePattern>, Error> {
        if self.on.is_empty() {
            return Ok(vec![ScopePattern::everywhere()]);
        }
        self.on.iter().map(|text| text.parse()).collect()
    }
}

/// Refuses options that mean one place.
pub(super) fn refuse_single_place(run: &Run<'_>) -> Result<(), Error> {
    run.global.refuse(&["--profile", "--region"], |option| {
        Error::usage(format!(
            "{option} means one place, and this command works on many"
        ))
        .hint("Name places with --on CLOUD:PROFILE/REGION.")
    })
}

/// The exit code of an answer that is not whole (product contract, section 4).
pub(super) const INCOMPLETE: u8 = 10;

/// The kinds of keys of SSH.
pub(super) const KEYS: [Resource; 3] = [
    Resource::KeyPair,
    Resource::LighthouseKeyPair,
    Resource::CodeartsKey,
];

/// The list of a cloud's things of a kind; `None` where the cloud has none.
pub(super) fn list_of(cloud: CloudId, resource: Resource) -> Option<ListRequest> {
    let mut lists = inventory_lists(cloud).into_iter();
    let list = lists.find(|(kind, ..)| *kind == resource);
    list.map(|(_, _, request)| request)
}

/// The service of a cloud that has things of a kind; `None` where the cloud has none.
pub(super) fn service_of(cloud: CloudId, resource: Resource) -> Option<&'static str> {
    let mut lists = inventory_lists(cloud).into_iter();
    let list = lists.find(|(kind, ..)| *kind == resource);
    list.map(|(_, service, _)| service)
}

/// What documents say of the places that were to be read.
pub(super) fn reach(visits: &[Visit]) -> Reach {
    let mut searched = Vec::new();
    let (mut not_enabled, mut unseen) = (Vec::new(), Vec::new());
    for Visit { place, sight } in visits {
        let place = place.to_string();
        match sight {
            Sight::Seen => searched.push(serde_json::Value::from(place)),
            Sight::NotEnabled(why) => {
                not_enabled.push(serde_json::json!({ "scope": place, "reason": why }));
            }
            Sight::Unseen(error) => unseen.push(serde_json::json!({
                "scope": place,
                "error": {
                    "kind": error.kind.word(),
                    "code": error.code,
                    "message": error.message,
                    "hint": (!error.hints.is_empty()).then(|| error.hints.join(" ")),
                },
            })),
        }
    }
    let members: Fields = vec![
        ("searched", searched.into()),
        ("not_enabled", not_enabled.into()),
        ("unseen", unseen.clone().into()),
    ];
    Reach {
        is_complete: unseen.is_empty(),
        members,
    }
}

/// How many regions are named one by one.
const NAMED: usize = 3;

/// Tells a person of places that hold nothing because they are not there, and of those that could not
/// be read.
pub(super) fn say_gaps(run: &Run<'_>, visits: &[Visit]) {
    let io = &run.context.io;
    let mut hints: Vec<&str> = Vec::new();
    // One line for all regions of an account that are not there for the same reason.
    let mut not_enabled: Vec<(String, &str, Vec<&str>)> = Vec::new();
    for Visit { place, sight } in visits {
        match sight {
            Sight::Seen => {}
            Sight::NotEnabled(why) => {
                let account = format!("{}:{}", place.scope.cloud, place.scope.profile);
                let region = place.scope.region.as_str();
                let known = not_enabled
                    .iter_mut()
                    .find(|(other, reason, _)| *other == account && *reason == why.as_str());
                match known {
                    Some((.., regions)) if regions.contains(&region) => {}
                    Some((.., regions)) => regions.push(region),
                    None => not_enabled.push((account, why, vec![region])),
                }
            }
            Sight::Unseen(error) => {
                io.dim(&format!("not read: {place}: {error}"));
                for hint in &error.hints {
                    if !hints.contains(&hint.as_str()) {
                        hints.push(hint);
                    }
                }
            }
        }
    }
    for (account, why, regions) in not_enabled {
        let which = if regions.len() > NAMED {
            format!("{} regions", regions.len())
        } else {
            regions.join(", ")
        };
        io.dim(&format!("not enabled: {account}, {which}: {why}"));
    }
    for hint in hints.iter().take(NAMED) {
        io.hint(hint);
    }
}

/// The one error behind all places when nothing could be read because of the credentials: then it is no
/// incomplete answer but none.
pub(super) fn common_refusal(visits: &[Visit]) -> Option<Error> {
    let mut first = None;
    for visit in visits {
        match &visit.sight {
            Sight::NotEnabled(_) => {}
            Sight::Unseen(error) if error.kind == crate::error::ErrorKind::Credentials => {
                first.get_or_insert_with(|| error.clone());
            }
            Sight::Seen | Sight::Unseen(_) => return None,
        }
    }
    first
}

/// One place that could not be read.
fn unseen(cloud: CloudId, profile: &str, resource: Resource, error: Error) -> Visit {
    let scope = crate::model::Scope {
        cloud,
        profile: profile.to_owned(),
        region: "*".to_owned(),
    };
    Visit {
        place: Place { scope, resource },
        sight: Sight::Unseen(error),
    }
}

/// A provider that several targets share.
type Shared = Rc<dyn crate::cloud::Provider>;
