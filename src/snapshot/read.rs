//! Reads a snapshot. Whatever is wrong with it is a usage error that names the place: half of an
//! inventory would answer questions wrongly.

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{KIND, SCHEMA, Snapshot};
use crate::error::{Error, ErrorKind};
use crate::model::{
    Address, CloudId, CodeartsKey, CphServer, Facts, Holding, Instance, Inventory, KeyPair, KmsKey,
    Material, Place, Record, Resource, Sight, Usage, Visibility, Visit,
};
use crate::time::parse_instant;

#[derive(Deserialize)]
struct Document {
    schema: String,
    kind: String,
    #[serde(default)]
    sandbox: bool,
    endpoint: Option<String>,
    taken_at: Option<String>,
    #[serde(default)]
    accounts: Vec<Account>,
    places: Vec<Seen>,
    items: Vec<Map<String, Value>>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Account {
    cloud: String,
    profile: String,
    #[serde(rename = "account")]
    id: String,
}

#[derive(Deserialize)]
struct Seen {
    place: String,
    state: String,
    reason: Option<String>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    kind: String,
    code: Option<String>,
    message: String,
}

/// Reads the text of a snapshot; `name` is what errors call it.
pub fn parse(text: &str, name: &str) -> Result<Snapshot, Error> {
    let complain = |why: &str| {
        Error::usage(format!("'{name}' is no snapshot that can be used: {why}"))
            .hint("Make one with kpctl snapshot > FILE.")
    };
    let document: Document = serde_json::from_str(text).map_err(|error| {
        // The parser may quote what it found, which may be anything.
        let why = if error.is_eof() {
            "it breaks off".to_owned()
        } else if error.is_data() {
            format!("it lacks what a snapshot has (line {})", error.line())
        } else {
            format!(
                "it is no JSON (line {}, column {})",
                error.line(),
                error.column()
            )
        };
        complain(&why)
    })?;
    if document.kind != KIND {
        let kind = document.kind.escape_debug();
        return Err(complain(&format!("it is a document of kind '{kind}'")));
    }
    if document.schema != SCHEMA {
        let schema = document.schema.escape_debug();
        return Err(complain(&format!(
            "its form is '{schema}', and this kpctl reads '{SCHEMA}'"
        )));
    }
    let taken_at = match &document.taken_at {
        None => None,
        Some(text) => Some(
            DateTime::parse_from_rfc3339(text)
                .map_err(|_| complain("its time is none"))?
                .to_utc(),
        ),
    };
    let mut inventory = Inventory {
        taken_at,
        warnings: document.warnings,
        ..Inventory::default()
    };
    for account in document.accounts {
        let cloud: CloudId = account
            .cloud
            .parse()
            .map_err(|_| complain("an account is of a cloud that kpctl does not know"))?;
        inventory
            .accounts
            .insert((cloud, account.profile), account.id);
    }
    for (number, seen) in document.places.into_iter().enumerate() {
        let wrong = |why: &str| complain(&format!("place {}: {why}", number + 1));
        inventory.visits.push(visit(seen, &wrong)?);
    }
    for (number, item) in document.items.iter().enumerate() {
        let wrong = |why: &str| complain(&format!("item {}: {why}", number + 1));
        inventory.holdings.push(holding(item, &wrong)?);
    }
    Ok(Snapshot {
        inventory,
        sandbox: document.sandbox,
        endpoint: document.endpoint,
    })
}

fn visit(seen: Seen, wrong: &dyn Fn(&str) -> Error) -> Result<Visit, Error> {
    let place = place(&seen.place).ok_or_else(|| wrong("its name is none"))?;
    let sight = match (seen.state.as_str(), seen.error) {
        ("seen", None) => Sight::Seen,
        ("not-enabled", None) => Sight::NotEnabled(seen.reason.unwrap_or_default()),
        ("unseen", Some(failure)) => {
            let kind = kind(&failure.kind);
            let error = Error::new(kind, failure.message);
            Sight::Unseen(error.with(|details| details.code = failure.code))
        }
        _ => return Err(wrong("its state is none")),
    };
    Ok(Visit { place, sight })
}

/// A place's name is an address without its last part. Its region may be `*`.
fn place(text: &str) -> Option<Place> {
    let is_open = text.split('/').nth(1) == Some("*");
    let address: Address = format!("{}/-", text.replacen("/*/", "/any/", 1))
        .parse()
        .ok()?;
    let mut scope = address.scope;
    if is_open {
        "*".clone_into(&mut scope.region);
    }
    Some(Place {
        scope,
        resource: address.resource,
    })
}

/// The kind of an error that was written down.
fn kind(word: &str) -> ErrorKind {
    let kinds = [
        ErrorKind::Usage,
        ErrorKind::Credentials,
        ErrorKind::Permission,
        ErrorKind::NotFound,
        ErrorKind::State,
        ErrorKind::Quota,
        ErrorKind::Conflict,
        ErrorKind::Throttled,
        ErrorKind::Network,
        ErrorKind::Server,
        ErrorKind::Timeout,
    ];
    let known = kinds.into_iter().find(|kind| kind.word() == word);
    known.unwrap_or(ErrorKind::Internal)
}

fn holding(item: &Map<String, Value>, wrong: &dyn Fn(&str) -> Error) -> Result<Holding, Error> {
    let item = Fields { item, wrong };
    let address = item
        .text("address")?
        .ok_or_else(|| wrong("it has no address"))?;
    let address: Address = address.parse().map_err(|_| wrong("its address is none"))?;
    let facts = match address.resource {
        Resource::KeyPair | Resource::LighthouseKeyPair => Facts::KeyPair(item.key_pair()?),
        Resource::Instance => Facts::Instance(Instance {
            name: item.text("name")?.unwrap_or_default(),
            state: item.text("state")?,
            os: item.text("os")?,
            key_pairs: item.addresses("key_pairs")?,
            hosts: item.texts("hosts")?,
        }),
        Resource::KmsKey => Facts::KmsKey(KmsKey {
            alias: item.text("alias")?.unwrap_or_default(),
            state: item.text("state")?,
            spec: item.text("spec")?,
            deletion_at: item.instant("deletion_at")?,
            created_at: item.instant("created_at")?,
            is_default: item.truth("default")?,
        }),
        Resource::CphServer => Facts::CphServer(CphServer {
            name: item.text("name")?.unwrap_or_default(),
            state: item.text("state")?,
            key_pair: item.text("key_pair")?,
        }),
        Resource::CodeartsKey => Facts::CodeartsKey(CodeartsKey {
            title: item.text("title")?.unwrap_or_default(),
            material: item.material()?,
            created_at: item.text("created_at")?,
        }),
        Resource::Task => return Err(wrong("tasks are not kept in snapshots")),
    };
    let usage = match (item.addresses("used_by")?, item.truth("used_by_complete")?) {
        (Some(holders), Some(is_complete)) => Some(Usage {
            holders,
            is_complete,
        }),
        _ => None,
    };
    Ok(Holding {
        record: Record {
            scope: address.scope.clone(),
            id: address.id.clone(),
            address: Some(address),
            facts,
            raw: Value::Null,
        },
        usage,
    })
}

/// The fields of one thing.
struct Fields<'a> {
    item: &'a Map<String, Value>,
    wrong: &'a dyn Fn(&str) -> Error,
}

impl Fields<'_> {
    fn odd(&self, name: &str) -> Error {
        (self.wrong)(&format!("its {name} has another form than lists write"))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match self.item.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.odd(name)),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        let list = match self.item.get(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(list)) => list.iter(),
            Some(_) => return Err(self.odd(name)),
        };
        let texts: Option<Vec<String>> =
            list.map(|text| text.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| self.odd(name))
    }

    fn truth(&self, name: &str) -> Result<Option<bool>, Error> {
        match self.item.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(*truth)),
            Some(_) => Err(self.odd(name)),
        }
    }

    /// Milliseconds of UNIX time.
    fn instant(&self, name: &str) -> Result<Option<i64>, Error> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let instant = parse_instant(&text).ok_or_else(|| self.odd(name))?;
        Ok(Some(instant.timestamp_millis()))
    }

    fn addresses(&self, name: &str) -> Result<Option<Vec<Address>>, Error> {
        let list = match self.item.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(self.odd(name)),
        };
        let address = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
        let addresses: Option<Vec<Address>> = list.iter().map(address).collect();
        addresses.map(Some).ok_or_else(|| self.odd(name))
    }

    fn tags(&self) -> Result<Option<Vec<(String, String)>>, Error> {
        let tags = match self.item.get("tags") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(tags)) => tags,
            Some(_) => return Err(self.odd("tags")),
        };
        let pair =
            |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        let tags: Option<Vec<_>> = tags.iter().map(pair).collect();
        tags.map(Some).ok_or_else(|| self.odd("tags"))
    }

    /// The key: what was written must be readable, or a key would silently be found nowhere.
    fn material(&self) -> Result<Material, Error> {
        let public_key = self.text("public_key")?;
        let digest = self.text("fingerprint_sha256")?;
        let digest = digest.or(self.text("fingerprint_md5")?);
        let material = Material::read(public_key.as_deref(), digest.as_deref());
        match (&material, public_key, digest) {
            (Material::Key(_), ..)
            | (Material::Unknown, None, None)
            | (Material::Digest(_), None, Some(_)) => Ok(material),
            (_, Some(_), _) => Err(self.odd("public_key")),
            _ => Err(self.odd("fingerprint")),
        }
    }

    fn key_pair(&self) -> Result<KeyPair, Error> {
        let visibility = match self.text("visibility")?.as_deref() {
            None => None,
            Some("user") => Some(Visibility::User),
            Some("account") => Some(Visibility::Account),
            Some(_) => return Err(self.odd("visibility")),
        };
        Ok(KeyPair {
            name: self.text("name")?.unwrap_or_default(),
            material: self.material()?,
            created_at: self.text("created_at")?,
            description: self.text("description")?,
            tags: self.tags()?,
            bound_to: self.addresses("bound_to")?,
            visibility,
            private_key_stored: self.truth("private_key_stored")?,
            other_id: self.text("other_id")?,
        })
    }
}
