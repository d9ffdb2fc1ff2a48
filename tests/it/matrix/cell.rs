//! One command under one fault.

use std::fmt;

use kpctl::sandbox::credentials as fake;
use serde_json::Value;

use super::effect::{Effect, without_traces};
use super::faults::Fault;
use super::served::Served;
use super::table::Row;
use crate::fixture::{Output, World};
use crate::identity::{HUAWEI, TENCENT, VOLCENGINE, profile, write_config};

/// Where the key of a new pair goes.
const NEW_FILE: &str = "NEW_FILE";
const PASSWORD_FILE: &str = "PASSWORD_FILE";
const KEY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/keys/rsa-3072-openssh.pub"
);

/// What became of it.
pub(super) struct Cell {
    pub(super) output: Output,
    /// The items of the document; none when there is an error instead.
    pub(super) items: Vec<Value>,
    pub(super) effect: Effect,
    /// The requests of the operation, and between them the word `look` for any reads.
    pub(super) requests: Vec<&'static str>,
    /// Whether the file for the private key is there, and not empty.
    pub(super) keeps_key: bool,
    /// The whole state at the start: the same for all cells of a row, for it has times of its own.
    start: Value,
    after: Value,
}

impl Cell {
    /// What the command does when nothing goes wrong.
    pub(super) fn plain(row: &Row) -> Self {
        let cell = Self::run(row, None, None);
        assert_eq!(cell.output.code, 0, "{}: {cell:#?}", row.name);
        assert_ne!(cell.effect, Effect::No, "{}: {cell:#?}", row.name);
        cell
    }

    /// The same under a fault.
    pub(super) fn measure(row: &Row, fault: &Fault, plain: &Self) -> Self {
        Self::run(row, Some(fault), Some(plain))
    }

    fn run(row: &Row, fault: Option<&Fault>, plain: Option<&Self>) -> Self {
        let rule = fault.map(|fault| fault.rule_for(row));
        let served = Served::with(rule.as_deref());
        let world = World::beside(served.port).with(
            "KPCTL_ENDPOINT_URL",
            &format!("http://127.0.0.1:{}", served.port),
        );
        let takes_a_role = fault.is_some_and(Fault::takes_a_role);
        let world = if takes_a_role {
            write_config(&world, &role(row.cloud()));
            world
        } else {
            FIXED.iter().fold(world, |world, (name, value)| {
                let is_own = name.starts_with(row.prefix()) || *name == "HW_REGION_NAME";
                if is_own {
                    world.with(name, value)
                } else {
                    world
                }
            })
        };
        let start = plain.map_or_else(|| start(row, world.state()), |plain| plain.start.clone());
        world.set_state(&start);
        world.secret_file(PASSWORD_FILE, "Sandbox-2026\n");
        let place = |name: &str| world.path(name).display().to_string();
        let mut words: Vec<String> = std::iter::once(row.cloud.as_str())
            .chain(row.command.split_whitespace())
            .map(|word| match word {
                NEW_FILE | PASSWORD_FILE => place(word),
                "RSA" => KEY.to_owned(),
                _ => word.to_owned(),
            })
            .collect();
        let timeout = fault.map_or("60s", |fault| fault.timeout);
        words.extend(["-o", "json", "--timeout", timeout].map(str::to_owned));
        if takes_a_role {
            words.extend(["-p", "ops"].map(str::to_owned));
        }
        let before = without_traces(world.state());
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = world.run(&arguments);
        let after = without_traces(world.state());
        let document: Value = serde_json::from_str(&output.stdout).unwrap_or_default();
        Self {
            items: document["items"].as_array().cloned().unwrap_or_default(),
            effect: Effect::of(&before, &after, plain.map_or(&after, |plain| &plain.after)),
            requests: requests(row, &world.journal()),
            keeps_key: std::fs::metadata(world.path(NEW_FILE)).is_ok_and(|file| file.len() > 0),
            output,
            start,
            after,
        }
    }

    /// How often the operation was asked for.
    pub(super) fn sent(&self) -> usize {
        self.requests.iter().filter(|word| **word == "sent").count()
    }

    /// Whether a warning is about the machine of an item: it was stopped for a change that was not made.
    pub(super) fn warns_of_the_machine(&self, item: &Value) -> bool {
        let document: Value = serde_json::from_str(&self.output.stdout).unwrap_or_default();
        let machine = text(&item["target"]).rsplit('/').next().unwrap_or_default();
        let warnings = document["warnings"].as_array().cloned().unwrap_or_default();
        !machine.is_empty()
            && warnings
                .iter()
                .any(|warning| text(warning).contains(machine))
    }

    /// `status exit requests effect`.
    pub(super) fn shown(&self) -> String {
        let mut statuses: Vec<String> = self.items.iter().map(status).collect();
        if statuses.is_empty() {
            let line = self.output.stderr.lines().last().unwrap_or_default();
            let error: Value = serde_json::from_str(line).unwrap_or_default();
            statuses.push(format!("error:{}", text(&error["error"]["kind"])));
        }
        format!(
            "{} {} {} {}",
            statuses.join("+"),
            self.output.code,
            self.sent(),
            self.effect.word()
        )
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Cell");
        shown.field("effect", &self.effect.word());
        shown.field("requests", &self.requests);
        shown.field("output", &self.output).finish_non_exhaustive()
    }
}

/// The status, and a mark when an error stands beside a change that was made.
fn status(item: &Value) -> String {
    let mark = if item["result"] == "done" && item["error"].is_object() {
        "!"
    } else {
        ""
    };
    format!("{}{mark}", text(&item["status"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn start(row: &Row, mut state: Value) -> Value {
    if let Some((pointer, value)) = &row.before {
        *state.pointer_mut(pointer).expect("a place in the state") = value.clone();
    }
    state
}

fn requests(row: &Row, journal: &[Value]) -> Vec<&'static str> {
    let words = journal.iter().filter_map(|entry| {
        if entry["cloud"] == row.cloud.as_str() && entry["operation"] == row.operation.as_str() {
            Some("sent")
        } else {
            (entry["effect"] == "read").then_some("look")
        }
    });
    let mut words: Vec<_> = words.collect();
    words.dedup_by(|one, other| *one == "look" && *other == "look");
    words
}

/// The keys, regions and projects that `kpctl sandbox env` tells.
const FIXED: [(&str, &str); 10] = [
    ("VOLCENGINE_ACCESS_KEY", fake::VOLCENGINE_ACCESS_KEY),
    ("VOLCENGINE_SECRET_KEY", fake::VOLCENGINE_SECRET_KEY),
    ("VOLCENGINE_REGION", VOLCENGINE.region),
    ("TENCENTCLOUD_SECRET_ID", fake::TENCENT_SECRET_ID),
    ("TENCENTCLOUD_SECRET_KEY", fake::TENCENT_SECRET_KEY),
    ("TENCENTCLOUD_REGION", TENCENT.region),
    ("HUAWEICLOUD_SDK_AK", fake::HUAWEI_ACCESS_KEY),
    ("HUAWEICLOUD_SDK_SK", fake::HUAWEI_SECRET_KEY),
    ("HUAWEICLOUD_SDK_PROJECT_ID", fake::HUAWEI_PROJECT_ID),
    ("HW_REGION_NAME", HUAWEI.region),
];

/// A profile `ops` that takes on a role with the keys of another.
fn role(cloud: &crate::identity::Cloud) -> String {
    let (id, secret, role) = match cloud.name {
        "volcengine" => (
            fake::VOLCENGINE_ACCESS_KEY,
            fake::VOLCENGINE_SECRET_KEY,
            fake::VOLCENGINE_ROLE_TRN,
        ),
        "tencent" => (
            fake::TENCENT_SECRET_ID,
            fake::TENCENT_SECRET_KEY,
            fake::TENCENT_ROLE_ARN,
        ),
        _ => (
            fake::HUAWEI_ACCESS_KEY,
            fake::HUAWEI_SECRET_KEY,
            fake::HUAWEI_AGENCY_URN,
        ),
    };
    let id = format!("access-key-id = \"{id}\"");
    let secret = format!("secret-access-key = \"{secret}\"");
    let role = format!("role = \"{role}\"");
    profile("base", cloud, "keys", &[&id, &secret])
        + &profile("ops", cloud, "role", &[&role, "from = \"base\""])
}
