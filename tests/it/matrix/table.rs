//! The table: rows in `commands.tsv`, cells in one file for each cloud.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::PathBuf;

use serde_json::Value;

use super::faults::{FAULTS, Fault};
use crate::identity::{CLOUDS, Cloud};

/// Whether the operation may go again after a lost answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Twice is once.
    Always,
    /// It carries an idempotency token.
    WithToken,
    /// Only after a look.
    AfterLook,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cloud: String,
    /// The operation that changes, which the faults befall.
    pub(super) operation: String,
    pub(super) repeat: Repeat,
    /// The command without its cloud.
    pub(super) command: String,
    /// A place in the state of the sandbox, and what it holds before the command.
    pub(super) before: Option<(String, Value)>,
}

impl Row {
    fn read(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, cloud, operation, repeat, command] = fields[..5] else {
            panic!("'{line}' has too few fields");
        };
        Self {
            name: name.to_owned(),
            cloud: cloud.to_owned(),
            operation: operation.to_owned(),
            repeat: match repeat {
                "always" => Repeat::Always,
                "token" => Repeat::WithToken,
                "look" => Repeat::AfterLook,
                other => panic!("'{other}' in {line}"),
            },
            command: command.to_owned(),
            before: fields.get(5).map(|field| {
                let (pointer, value) = field.split_once('=').expect("POINTER=JSON");
                (
                    pointer.to_owned(),
                    serde_json::from_str(value).expect("JSON"),
                )
            }),
        }
    }

    pub(super) fn cloud(&self) -> &'static Cloud {
        let own = |cloud: &&Cloud| cloud.name == self.cloud;
        CLOUDS.iter().find(own).expect("a cloud")
    }

    /// How the variables of its cloud begin.
    pub(super) fn prefix(&self) -> &'static str {
        match self.cloud.as_str() {
            "volcengine" => "VOLCENGINE_",
            "tencent" => "TENCENTCLOUD_",
            _ => "HUAWEICLOUD_",
        }
    }
}

/// All rows, in order.
pub(super) fn rows() -> Vec<Row> {
    let text = include_str!("../../matrix/commands.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(Row::read).collect()
}

/// The cells of a row by fault; `-` where a fault does not fit.
pub(super) type Cells = BTreeMap<String, String>;
/// The cells of a cloud by row.
pub(super) type Table = BTreeMap<String, Cells>;

/// The cells of a cloud, as they stand in the file.
pub(super) fn cells(cloud: &str) -> Table {
    let text = fs::read_to_string(file(cloud)).unwrap_or_default();
    let fields = |line: &str| -> Vec<String> {
        let fields = line.split('|').map(|field| field.trim().to_owned());
        fields.collect()
    };
    let mut lines = text.lines().map(fields);
    let faults = lines.next().unwrap_or_default();
    let row = |line: Vec<String>| {
        let cells = faults.iter().cloned().zip(line.clone()).skip(1);
        (line[0].clone(), cells.collect())
    };
    lines.map(row).collect()
}

fn file(cloud: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix");
    PathBuf::from(format!("{folder}/{cloud}.txt"))
}

/// Compares measured cells with the table, or puts them in: a line for each difference.
pub(super) fn compare(measured: &[(String, String, &Fault, String)]) -> String {
    // Tests of other rows and columns may rewrite at this moment.
    let folder = File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix")).expect("opens");
    folder.lock().expect("a lock");
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    let mut wrong = String::new();
    for (cloud, name, fault, shown) in measured {
        let table = tables.entry(cloud).or_insert_with(|| cells(cloud));
        let row = table.entry(name.clone()).or_default();
        let expected = row.insert(fault.rule.to_owned(), shown.clone());
        let expected = expected.as_deref().unwrap_or("nothing");
        if expected != shown {
            let rule = fault.rule;
            writeln!(
                wrong,
                "{name} under {rule}: the table has '{expected}', measured is '{shown}'"
            )
            .expect("to memory");
        }
    }
    if !rewrites() {
        return wrong;
    }
    for (cloud, table) in &tables {
        fs::write(file(cloud), layout(cloud, table)).expect("written");
    }
    String::new()
}

/// The file of a cloud, in columns that a person can read.
fn layout(cloud: &str, table: &Table) -> String {
    let mut lines = vec![vec!["status exit requests effect".to_owned()]];
    lines[0].extend(FAULTS.iter().map(|fault| fault.rule.to_owned()));
    for row in rows().iter().filter(|row| row.cloud == cloud) {
        let mut line = vec![row.name.clone()];
        line.extend(FAULTS.iter().map(|fault| {
            let cell = table.get(&row.name).and_then(|row| row.get(fault.rule));
            cell.cloned().unwrap_or_default()
        }));
        lines.push(line);
    }
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(String::len).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..=FAULTS.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let padded = line.iter().zip(&widths);
        let padded: Vec<_> = padded
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        writeln!(text, "{}", padded.join(" | ").trim_end()).expect("to memory");
    }
    text
}

/// The switch that rewrites files, as for `tests/cmd`.
#[expect(clippy::disallowed_methods, reason = "a switch for developers")]
pub(super) fn rewrites() -> bool {
    std::env::var("TRYCMD").is_ok_and(|value| value == "overwrite")
}

/// The operations of the client that change something, as its sources have them.
pub(super) fn changes_of_the_client() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for cloud in CLOUDS {
        let folder = format!("{}/src/cloud/{}", env!("CARGO_MANIFEST_DIR"), cloud.name);
        search(&PathBuf::from(folder), cloud.name, &mut found);
    }
    assert!(found.len() > 25, "the sources were read: {found:?}");
    found
}

fn search(folder: &std::path::Path, cloud: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            search(&path, cloud, found);
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        let mut name = None;
        for line in text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("const NAME: &'static str = ") {
                name = Some(rest.trim_matches(['"', ';']).to_owned());
            }
            let changes = ["Create", "Update", "Destroy"]
                .iter()
                .any(|effect| line == format!("const EFFECT: Effect = Effect::{effect};"));
            if changes {
                found.push((cloud.to_owned(), name.clone().expect("a name before")));
            }
        }
    }
}
