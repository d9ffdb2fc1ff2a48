//! Lists: one set of named fields for each kind of thing, from which documents, rows and tables are
//! made (product contract, section 4).

mod holding;
mod record;

pub use holding::holding_item;
use serde_json::{Map, Value};

use super::document::{Origin, json_text};
use super::table::Rows;
use crate::error::Error;
use crate::model::{Address, Scope};

/// What was read, for machines or for people.
#[derive(Debug)]
pub struct ListDocument<'a> {
    /// `List`, or `Findings` of a check.
    pub kind: &'static str,
    /// The command without its arguments: `tencent key-pair list`.
    pub command: &'a str,
    /// The things.
    pub items: Vec<Item>,
    /// What could not be seen or should be known.
    pub warnings: &'a [String],
    /// The endpoint, when it is not the vendor's own.
    pub endpoint: Option<&'a str>,
    /// Whether the embedded cloud was asked.
    pub sandbox: bool,
    /// One thing was asked for: a table shows it line by line.
    pub is_single: bool,
    /// Where many places were read: what could not be, and what else the document says of the reading.
    pub reach: Option<Reach>,
}

/// What a document says of the reading of many places.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Whether all of them were read.
    pub is_complete: bool,
    /// Members of the document beside the things.
    pub members: Fields,
}

/// Name and value of each field of a thing, in the order of documents. `null` is not known.
pub type Fields = Vec<(&'static str, Value)>;

/// A thing of a list. All things of one list have the same fields and columns.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it is, for things of a cloud.
    pub scope: Option<Scope>,
    /// Its full name, for things that commands take.
    pub address: Option<Address>,
    /// What is known of it.
    pub fields: Fields,
    /// Titles and cells of the table for people; empty shows the fields.
    pub columns: Vec<(&'static str, String)>,
    /// The vendor's own object.
    pub raw: Option<Value>,
}

impl Item {
    /// Something that is in no cloud; a table shows its fields line by line.
    pub fn local(fields: Fields) -> Self {
        Self {
            scope: None,
            address: None,
            fields,
            columns: Vec::new(),
            raw: None,
        }
    }

    /// The thing as an object of a document.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        if let Some(address) = &self.address {
            object.insert("address".into(), address.to_string().into());
        }
        if let Some(scope) = &self.scope {
            object.insert("cloud".into(), scope.cloud.name().into());
            object.insert("profile".into(), scope.profile.clone().into());
            object.insert("region".into(), scope.region.clone().into());
        }
        if let Some(address) = &self.address {
            object.insert("resource".into(), address.resource.name().into());
        }
        let fields = self.fields.iter();
        object.extend(fields.map(|(name, value)| ((*name).to_owned(), value.clone())));
        if let Some(raw) = &self.raw {
            object.insert("raw".into(), raw.clone());
        }
        Value::Object(object)
    }

    /// A field a line; what is not known is left out.
    fn lines(&self) -> Vec<Vec<String>> {
        let address = self.address.as_ref().map(Address::to_string);
        let address = address.map(|address| ("address", address));
        let fields = self.fields.iter().map(|(name, value)| match value {
            Value::Array(items) if items.is_empty() => (*name, "none".to_owned()),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                (*name, items.join(", "))
            }
            value => (*name, plain(value)),
        });
        address
            .into_iter()
            .chain(fields)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| vec![name.replace('_', " "), value])
            .collect()
    }
}

impl ListDocument<'_> {
    pub(super) fn to_json(&self) -> Value {
        let mut document = self.head(self.kind);
        let items = self.items.iter().map(Item::to_json);
        document.insert("items".into(), items.collect());
        document.extend(self.tail());
        Value::Object(document)
    }

    /// One thing a line, then the End object that says that it is whole.
    pub(super) fn to_ndjson(&self) -> String {
        let mut text = self.lines();
        let mut end = self.head("End");
        end.extend(self.tail());
        text.push_str(&json_text(&Value::Object(end).to_string()));
        text.push('\n');
        text
    }

    /// One thing a line.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for item in &self.items {
            text.push_str(&item.to_json().to_string());
            text.push('\n');
        }
        json_text(&text)
    }

    /// What stands behind the things.
    fn tail(&self) -> Map<String, Value> {
        let members = self.reach.iter().flat_map(|reach| reach.members.clone());
        let mut tail: Map<String, Value> = members
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        tail.insert("warnings".into(), self.warnings.into());
        tail
    }

    fn head(&self, kind: &str) -> Map<String, Value> {
        let origin = Origin {
            command: self.command,
            endpoint: self.endpoint,
            sandbox: self.sandbox,
        };
        // A list of one place that breaks off is an error, never a shorter list.
        let is_complete = self.reach.as_ref().is_none_or(|reach| reach.is_complete);
        origin.head(kind, is_complete)
    }

    /// The columns of shells: all fields but the vendor's own object.
    pub(super) fn header(&self) -> Vec<&'static str> {
        let Some(item) = self.items.first() else {
            return Vec::new();
        };
        let address = item.address.as_ref().map(|_| "address");
        let names = item.fields.iter().map(|(name, _)| *name);
        address.into_iter().chain(names).collect()
    }

    /// Full values for shells; columns are only ever appended.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |item: &Item| {
            let address = item.address.as_ref().map(Address::to_string);
            let values = item.fields.iter().map(|(_, value)| plain(value));
            address.into_iter().chain(values).collect()
        };
        self.items.iter().map(row).collect()
    }

    /// The addresses, one a line.
    pub(super) fn names(&self) -> Result<String, Error> {
        let mut text = String::new();
        for item in &self.items {
            let address = item.address.as_ref().ok_or_else(|| {
                Error::usage("these things have no addresses, so -o names cannot show them")
                    .hint("Use -o tsv or -o json.")
            })?;
            text.push_str(&address.to_string());
            text.push('\n');
        }
        Ok(text)
    }

    /// Tables for people: short columns, or each thing line by line.
    pub(super) fn tables(&self) -> Vec<Rows> {
        let in_lines = |item: &Item| self.is_single || item.columns.is_empty();
        if self.items.iter().any(in_lines) {
            let lines = |item: &Item| (vec!["FIELD", "VALUE"], item.lines());
            return self.items.iter().map(lines).collect();
        }
        vec![self.columns()]
    }

    /// The short columns for people.
    pub(super) fn columns(&self) -> Rows {
        let columns = self.items.first().map(|item| item.columns.iter());
        let titles = columns.into_iter().flatten().map(|(title, _)| *title);
        let cells = |item: &Item| item.columns.iter().map(|(_, cell)| cell.clone()).collect();
        (titles.collect(), self.items.iter().map(cells).collect())
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Item, ListDocument};
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

    fn document(records: &[Record]) -> ListDocument<'static> {
        ListDocument {
            kind: "List",
            command: "tencent key-pair list",
            items: records.iter().map(Item::from).collect(),
            warnings: &[],
            endpoint: None,
            sandbox: false,
            is_single: false,
            reach: None,
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
        let tables = document.tables();
        let (titles, rows) = &tables[0];
        assert!(tables.len() == 1 && rows.iter().all(|row| row.len() == titles.len()));
    }
}
