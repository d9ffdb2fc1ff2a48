//! Lists: one set of named fields for each kind of thing, from which documents, rows and tables are
//! made (product contract, section 4).

use serde_json::{Map, Value, json};

use super::document::{SCHEMA, json_text};
use super::table::Rows;
use crate::error::Error;
use crate::model::{Address, Facts, Fingerprints, Material, Record};
use crate::time::of_milliseconds;

/// What was read, for machines or for people.
#[derive(Debug)]
pub struct ListDocument<'a> {
    /// The command without its arguments: `tencent key-pair list`.
    pub command: &'a str,
    /// The things.
    pub records: &'a [Record],
    /// What could not be seen or should be known.
    pub warnings: &'a [String],
    /// The endpoint, when it is not the vendor's own.
    pub endpoint: Option<&'a str>,
    /// Whether the embedded cloud was asked.
    pub sandbox: bool,
    /// One thing was asked for: a table shows it line by line.
    pub is_single: bool,
}

/// Name and value of each field of a thing, in the order of documents.
type Fields = Vec<(&'static str, Value)>;

impl ListDocument<'_> {
    pub(super) fn to_json(&self) -> Value {
        let mut document = self.head("List");
        let items = self.records.iter().map(item);
        document.insert("items".into(), items.collect());
        document.insert("warnings".into(), self.warnings.into());
        Value::Object(document)
    }

    /// One thing a line, then the End object that says that it is whole.
    pub(super) fn to_ndjson(&self) -> String {
        let mut text = String::new();
        for record in self.records {
            text.push_str(&item(record).to_string());
            text.push('\n');
        }
        let mut end = self.head("End");
        end.insert("warnings".into(), self.warnings.into());
        text.push_str(&Value::Object(end).to_string());
        text.push('\n');
        json_text(&text)
    }

    fn head(&self, kind: &str) -> Map<String, Value> {
        let mut head = Map::new();
        head.insert("schema".into(), SCHEMA.into());
        head.insert("kind".into(), kind.into());
        head.insert("command".into(), self.command.into());
        if self.sandbox {
            head.insert("sandbox".into(), true.into());
        }
        if let Some(endpoint) = self.endpoint {
            head.insert("endpoint".into(), endpoint.into());
        }
        // A list that breaks off is an error, never a shorter list.
        head.insert("complete".into(), true.into());
        head
    }

    /// The columns of shells: all fields but the vendor's own object.
    pub(super) fn header(&self) -> Vec<&'static str> {
        let Some(record) = self.records.first() else {
            return Vec::new();
        };
        let address = record.address.as_ref().map(|_| "address");
        let fields = fields(&record.facts);
        let names = fields.into_iter().map(|(name, _)| name);
        address.into_iter().chain(["id"]).chain(names).collect()
    }

    /// Full values for shells; columns are only ever appended.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |record: &Record| {
            let address = record.address.as_ref().map(Address::to_string);
            let fields = fields(&record.facts);
            let values = fields.iter().map(|(_, value)| plain(value));
            address
                .into_iter()
                .chain([record.id.clone()])
                .chain(values)
                .collect()
        };
        self.records.iter().map(row).collect()
    }

    /// The addresses, one a line.
    pub(super) fn names(&self) -> Result<String, Error> {
        let mut text = String::new();
        for record in self.records {
            let address = record.address.as_ref().ok_or_else(|| {
                Error::usage("these things have no addresses, so -o names cannot show them")
                    .hint("Use -o tsv or -o json.")
            })?;
            text.push_str(&address.to_string());
            text.push('\n');
        }
        Ok(text)
    }

    /// Short columns for people, or one thing line by line.
    pub(super) fn table(&self) -> Rows {
        match self.records {
            [record] if self.is_single => single(record),
            records => {
                let header = records.first().map(columns).unwrap_or_default();
                let titles = header.iter().map(|(title, _)| *title).collect();
                let cells =
                    |record: &Record| columns(record).into_iter().map(|(_, cell)| cell).collect();
                (titles, records.iter().map(cells).collect())
            }
        }
    }
}

/// A thing as an object.
fn item(record: &Record) -> Value {
    let mut object = Map::new();
    if let Some(address) = &record.address {
        object.insert("address".into(), address.to_string().into());
    }
    object.insert("cloud".into(), record.scope.cloud.name().into());
    object.insert("profile".into(), record.scope.profile.clone().into());
    object.insert("region".into(), record.scope.region.clone().into());
    if let Some(address) = &record.address {
        object.insert("resource".into(), address.resource.name().into());
    }
    object.insert("id".into(), record.id.clone().into());
    let fields = fields(&record.facts);
    object.extend(fields.into_iter().map(|(name, value)| (name.into(), value)));
    object.insert("raw".into(), record.raw.clone());
    Value::Object(object)
}

/// The fields of a kind of thing; all things of a kind have the same.
fn fields(facts: &Facts) -> Fields {
    match facts {
        Facts::KeyPair(pair) => {
            let mut fields = vec![("name", json!(pair.name))];
            fields.extend(material(&pair.material));
            fields.extend([
                ("created_at", json!(pair.created_at)),
                ("description", json!(pair.description)),
                ("tags", tags(pair.tags.as_deref())),
                ("bound_to", addresses(pair.bound_to.as_deref())),
            ]);
            if let Some(visibility) = pair.visibility {
                fields.push(("visibility", json!(visibility.name())));
            }
            if pair.private_key_stored.is_some() || pair.visibility.is_some() {
                fields.push(("private_key_stored", json!(pair.private_key_stored)));
            }
            fields
        }
        Facts::Instance(instance) => vec![
            ("name", json!(instance.name)),
            ("state", json!(instance.state)),
            ("os", json!(instance.os)),
            ("key_pairs", addresses(instance.key_pairs.as_deref())),
        ],
        Facts::KmsKey(key) => vec![
            ("alias", json!(key.alias)),
            ("state", json!(key.state)),
            ("spec", json!(key.spec)),
            (
                "deletion_at",
                json!(key.deletion_at.and_then(of_milliseconds)),
            ),
            (
                "created_at",
                json!(key.created_at.and_then(of_milliseconds)),
            ),
            ("default", json!(key.is_default)),
        ],
        Facts::CphServer(server) => vec![
            ("name", json!(server.name)),
            ("state", json!(server.state)),
            ("key_pair", json!(server.key_pair)),
        ],
        Facts::CodeartsKey(key) => {
            let mut fields = vec![("title", json!(key.title))];
            fields.extend(material(&key.material));
            fields.push(("created_at", json!(key.created_at)));
            fields
        }
        Facts::Task(task) => vec![
            ("state", json!(task.state)),
            ("operation", json!(task.operation)),
            ("machine", json!(task.machine)),
            ("key_pair", json!(task.key_pair)),
            ("started_at", json!(task.started_at)),
            ("ended_at", json!(task.ended_at)),
            ("error_code", json!(task.error_code)),
            ("error_message", json!(task.error_message)),
        ],
    }
}

fn material(material: &Material) -> Fields {
    let Fingerprints { sha256, md5 } = material.fingerprints();
    let key = match material {
        Material::Key(key) => Some(key),
        _ => None,
    };
    vec![
        ("type", json!(key.map(|key| key.kind()))),
        ("bits", json!(key.and_then(|key| key.bits()))),
        (
            "fingerprint_sha256",
            json!(sha256.map(|digest| digest.to_string())),
        ),
        (
            "fingerprint_md5",
            json!(md5.map(|digest| digest.to_string())),
        ),
        ("public_key", json!(key.map(|key| key.line()))),
    ]
}

fn tags(tags: Option<&[(String, String)]>) -> Value {
    match tags {
        Some(tags) => tags
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect::<Map<_, _>>()
            .into(),
        None => Value::Null,
    }
}

fn addresses(list: Option<&[Address]>) -> Value {
    match list {
        Some(list) => list
            .iter()
            .map(|address| json!(address.to_string()))
            .collect(),
        None => Value::Null,
    }
}

/// A value in a cell of a row: nothing for null, lists with commas.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name}={}", plain(value)))
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    }
}

/// Titles and cells of the table for people.
fn columns(record: &Record) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let ids = |list: &Option<Vec<Address>>| {
        let list = list.iter().flatten().map(|address| address.id.clone());
        list.collect::<Vec<_>>().join(", ")
    };
    let id = ("ID", record.id.clone());
    match &record.facts {
        Facts::KeyPair(pair) => {
            // Where the name is the id, one column is enough.
            let name = if pair.name == record.id {
                String::new()
            } else {
                pair.name.clone()
            };
            vec![
                id,
                ("NAME", name),
                ("TYPE", kind(&pair.material)),
                ("FINGERPRINT", digest(&pair.material)),
                ("CREATED", date(pair.created_at.as_deref())),
                ("BOUND TO", ids(&pair.bound_to)),
                (
                    "SEEN BY",
                    pair.visibility
                        .map(|visibility| visibility.name().to_owned())
                        .unwrap_or_default(),
                ),
            ]
        }
        Facts::Instance(instance) => vec![
            id,
            ("NAME", instance.name.clone()),
            ("STATE", text(&instance.state)),
            ("OS", text(&instance.os)),
            ("KEY PAIRS", ids(&instance.key_pairs)),
        ],
        Facts::KmsKey(key) => vec![
            id,
            ("ALIAS", key.alias.clone()),
            ("STATE", text(&key.state)),
            ("SPEC", text(&key.spec)),
            (
                "DELETION",
                key.deletion_at
                    .and_then(of_milliseconds)
                    .unwrap_or_default(),
            ),
        ],
        Facts::CphServer(server) => vec![
            id,
            ("NAME", server.name.clone()),
            ("STATE", text(&server.state)),
            ("KEY PAIR", text(&server.key_pair)),
        ],
        Facts::CodeartsKey(key) => vec![
            id,
            ("TITLE", key.title.clone()),
            ("TYPE", kind(&key.material)),
            ("FINGERPRINT", digest(&key.material)),
            ("CREATED", date(key.created_at.as_deref())),
        ],
        Facts::Task(task) => vec![
            id,
            ("STATE", task.state.clone()),
            ("OPERATION", text(&task.operation)),
            ("ON", text(&task.machine)),
            ("KEY PAIR", text(&task.key_pair)),
            ("STARTED", text(&task.started_at)),
            ("ERROR", {
                let parts = [text(&task.error_code), text(&task.error_message)];
                parts.join(" ").trim().to_owned()
            }),
        ],
    }
}

/// One thing, a field a line; what is not known is left out.
fn single(record: &Record) -> Rows {
    let mut rows = Vec::new();
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push(vec![name.replace('_', " "), value]);
        }
    };
    add(
        "address",
        record
            .address
            .as_ref()
            .map(Address::to_string)
            .unwrap_or_default(),
    );
    add("id", record.id.clone());
    for (name, value) in fields(&record.facts) {
        match value {
            Value::Array(items) if items.is_empty() => add(name, "none".to_owned()),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                add(name, items.join(", "));
            }
            value => add(name, plain(&value)),
        }
    }
    (vec!["FIELD", "VALUE"], rows)
}

/// `rsa 2048`, `ed25519`: the type as people say it.
fn kind(material: &Material) -> String {
    let Material::Key(key) = material else {
        return String::new();
    };
    match (key.kind(), key.bits()) {
        ("ssh-rsa", Some(bits)) => format!("rsa {bits}"),
        ("ssh-dss", Some(bits)) => format!("dsa {bits}"),
        (kind, _) => kind.trim_start_matches("ssh-").to_owned(),
    }
}

fn digest(material: &Material) -> String {
    let Fingerprints { sha256, md5 } = material.fingerprints();
    sha256
        .or(md5)
        .map(|digest| digest.to_string())
        .unwrap_or_default()
}

/// The day of an instant.
fn date(instant: Option<&str>) -> String {
    let instant = instant.unwrap_or_default();
    instant.get(..10).unwrap_or(instant).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ListDocument;
    use crate::model::{CloudId, Facts, Fingerprints, KeyPair, Material, Record, Resource, Scope};

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";

    fn record(id: &str, material: Material) -> Record {
        let scope = Scope {
            cloud: CloudId::Tencent,
            profile: "env".to_owned(),
            region: "ap-guangzhou".to_owned(),
        };
        Record {
            address: Some(scope.address(Resource::KeyPair, id)),
            scope,
            id: id.to_owned(),
            facts: Facts::KeyPair(KeyPair {
                name: "bastion".to_owned(),
                material,
                tags: Some(vec![("team".to_owned(), "infra".to_owned())]),
                bound_to: Some(Vec::new()),
                ..KeyPair::default()
            }),
            raw: json!({"KeyId": id}),
        }
    }

    fn document(records: &[Record]) -> ListDocument<'_> {
        ListDocument {
            command: "tencent key-pair list",
            records,
            warnings: &[],
            endpoint: None,
            sandbox: false,
            is_single: false,
        }
    }

    #[test]
    fn null_is_not_known_and_an_empty_list_is_none() {
        let records = [record("skey-1", Material::Unknown)];
        let json = document(&records).to_json();
        let item = &json["items"][0];
        assert_eq!(item["address"], "tencent:env/ap-guangzhou/key-pair/skey-1");
        assert_eq!(item["fingerprint_sha256"], json!(null));
        assert_eq!(item["description"], json!(null));
        assert_eq!(item["bound_to"], json!([]));
        assert_eq!(item["tags"], json!({"team": "infra"}));
        assert_eq!(item["raw"], json!({"KeyId": "skey-1"}));
        assert_eq!(
            (json["kind"].as_str(), &json["complete"]),
            (Some("List"), &json!(true))
        );
    }

    #[test]
    fn every_digest_is_computed_where_the_key_is_seen() {
        let material = Material::read(Some(KEY), None);
        let Fingerprints { sha256, md5 } = material.fingerprints();
        assert_eq!(
            sha256.map(|digest| digest.to_string()).as_deref(),
            Some("SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc")
        );
        assert!(md5.is_some());
        let material = Material::read(None, Some("4158f40dbc0814eb04f0dcac4e000000"));
        let Fingerprints { sha256, md5 } = material.fingerprints();
        assert!(sha256.is_none());
        assert_eq!(
            md5.map(|digest| digest.to_string()).as_deref(),
            Some("MD5:41:58:f4:0d:bc:08:14:eb:04:f0:dc:ac:4e:00:00:00")
        );
    }

    #[test]
    fn rows_have_as_many_cells_as_the_header() {
        let records = [
            record("skey-1", Material::read(Some(KEY), None)),
            record("skey-2", Material::Unknown),
        ];
        let document = document(&records);
        for row in document.rows() {
            assert_eq!(row.len(), document.header().len());
        }
        assert_eq!(
            document.names().expect("addresses"),
            "tencent:env/ap-guangzhou/key-pair/skey-1\ntencent:env/ap-guangzhou/key-pair/skey-2\n"
        );
        let (titles, rows) = document.table();
        assert!(rows.iter().all(|row| row.len() == titles.len()));
    }
}
