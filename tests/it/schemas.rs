//! What commands print fits the schemas in `docs/schema`, and the schemas describe every member of it.

use serde_json::{Map, Value};

use crate::fixture::World;

const LIST: &str = include_str!("../../docs/schema/list.schema.json");
const RESULTS: &str = include_str!("../../docs/schema/results.schema.json");
const SNAPSHOT: &str = include_str!("../../docs/schema/snapshot.schema.json");
const PLAN: &str = include_str!("../../docs/schema/plan.schema.json");
const ERROR: &str = include_str!("../../docs/schema/error.schema.json");

/// A schema, as far as the ones in `docs/schema` make use of the language. A word that is not known here is
/// an error, so that nothing is taken for checked that is not. Members that the schema does not describe are
/// an error, too: the language allows them, these pages do not.
struct Schema(Value);

impl Schema {
    fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("JSON"))
    }

    #[track_caller]
    fn check(&self, value: &Value) {
        if let Err(error) = self.fits(&self.0, value, "$") {
            panic!("{error}\n{value:#}");
        }
    }

    fn fits(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let schema = schema.as_object().expect("a schema is an object");
        for (word, wanted) in schema {
            let is_good = match word.as_str() {
                "$schema" | "$id" | "title" | "description" | "examples" | "$defs" => true,
                "$ref" => {
                    let name = wanted.as_str().expect("a text");
                    let name = name.strip_prefix("#/$defs/").expect("of this file");
                    self.fits(&self.0["$defs"][name], value, at)?;
                    true
                }
                "type" => {
                    let name = type_of(value);
                    let is = |one: &Value| one == name || (one == "number" && name == "integer");
                    wanted
                        .as_array()
                        .map_or_else(|| is(wanted), |list| list.iter().any(is))
                }
                "const" => value == wanted,
                "enum" => wanted.as_array().expect("a list").contains(value),
                "minimum" => value.as_i64() >= wanted.as_i64(),
                "anyOf" => {
                    let each = wanted.as_array().expect("a list").iter();
                    let errors: Vec<_> = each
                        .map(|one| self.fits(one, value, at))
                        .filter_map(Result::err)
                        .collect();
                    if errors.len() == wanted.as_array().map_or(0, Vec::len) {
                        return Err(format!("{at} fits none:\n{}", errors.join("\n")));
                    }
                    true
                }
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.fits(wanted, item, &format!("{at}[{number}]"))?;
                    }
                    true
                }
                "required" => {
                    let names = wanted.as_array().expect("a list").iter();
                    let mut names = names.filter_map(Value::as_str);
                    value
                        .as_object()
                        .is_none_or(|members| names.all(|name| members.contains_key(name)))
                }
                "properties" | "additionalProperties" => {
                    self.members(schema, value, at)?;
                    true
                }
                other => panic!("'{other}' is no word that is known here"),
            };
            if !is_good {
                return Err(format!("{at} does not fit {word} {wanted}"));
            }
        }
        Ok(())
    }

    fn members(&self, schema: &Map<String, Value>, value: &Value, at: &str) -> Result<(), String> {
        let known = schema.get("properties").and_then(Value::as_object);
        for (name, member) in value.as_object().into_iter().flatten() {
            let own = known.and_then(|known| known.get(name));
            let Some(own) = own.or_else(|| schema.get("additionalProperties")) else {
                return Err(format!("{at}.{name} is not described"));
            };
            self.fits(own, member, &format!("{at}.{name}"))?;
        }
        Ok(())
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[track_caller]
fn document(world: &World, line: &str, code: i32) -> Value {
    let words: Vec<&str> = line.split(' ').collect();
    world
        .run(&[&words, &["-o", "json"][..]].concat())
        .code(code)
        .json()
}

/// The file of a key of the tests.
fn key(name: &str) -> String {
    format!("{}/tests/keys/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn lists_fit_their_schema() {
    let world = World::sandboxed();
    let schema = Schema::read(LIST);
    for line in [
        "volcengine key-pair list",
        "volcengine key-pair show prod-web",
        "volcengine instance list",
        "tencent key-pair list",
        "tencent lighthouse-key-pair list",
        "tencent instance list",
        "huawei key-pair list",
        "huawei key-pair tasks --failed",
        "huawei kms-key list",
        "huawei cph-server list",
        "huawei codearts-key list",
        "auth status",
        "ls",
        "ls --usage --older-than 1d",
        "ls --on tencent --unused",
        "find ad:2d:7f:98:d1:0a:97:5a:49:83:6d:0d:f7:ab:6d:3b --usage",
    ] {
        schema.check(&document(&world, line, 0));
    }
    schema.check(&document(&world, "audit", 8));
}

#[test]
fn answers_with_gaps_fit_their_schema() {
    let world = World::sandboxed();
    let schema = Schema::read(LIST);
    let gaps = document(&world, "ls --on volcengine,volcengine/nowhere-1", 10);
    assert_eq!(gaps["unseen"].as_array().map(Vec::len), Some(1));
    schema.check(&gaps);

    // Nobody shows a key of that digest, and Volcengine shows digests of another sort.
    let digest = format!("SHA256:{}", "A".repeat(43));
    let undecided = document(&world, &format!("find {digest} --on volcengine"), 10);
    assert_eq!(undecided["undecided"].as_array().map(Vec::len), Some(2));
    assert_eq!(undecided["key"]["public_key"], Value::Null);
    schema.check(&undecided);

    let absent = document(&world, "ls --on huawei", 0);
    assert!(
        absent["not_enabled"]
            .as_array()
            .is_some_and(|list| list.len() > 5)
    );
    schema.check(&absent);
}

#[test]
fn a_waived_finding_fits_its_schema() {
    let world = World::sandboxed();
    let policy = "[[waivers]]\nrule = \"*\"\naddress = \"*\"\nreason = \"a test\"\nexpires = \"2999-01-01\"\n";
    let path = world.path("policy.toml");
    std::fs::write(&path, policy).expect("written");
    let line = format!("audit --on volcengine --policy {}", path.display());
    let findings = document(&world, &line, 0);
    assert_eq!(findings["items"][0]["waived"]["reason"], "a test");
    Schema::read(LIST).check(&findings);
}

#[test]
fn snapshots_fit_their_schema_and_so_does_what_is_read_of_them() {
    let world = World::sandboxed();
    let taken = world
        .run(&["snapshot", "--on", "*,volcengine/nowhere-1"])
        .code(10);
    let snapshot = taken.json();
    for state in ["seen", "not-enabled", "unseen"] {
        let places = snapshot["places"].as_array().expect("places");
        assert!(
            places.iter().any(|place| place["state"] == state),
            "{state}"
        );
    }
    Schema::read(SNAPSHOT).check(&snapshot);

    let world = World::empty();
    let path = world.path("now.json");
    std::fs::write(&path, &taken.stdout).expect("written");
    let schema = Schema::read(LIST);
    for (line, code) in [
        ("ls --usage", 10),
        ("huawei kms-key list", 0),
        ("audit", 10),
    ] {
        let line = format!("{line} --offline {}", path.display());
        schema.check(&document(&world, &line, code));
    }
}

#[test]
fn results_fit_their_schema() {
    let world = World::sandboxed();
    let schema = Schema::read(RESULTS);
    let import = format!(
        "import {} --name web-2026 --on *",
        key("rsa-3072-openssh.pub")
    );
    schema.check(&document(&world, &format!("{import} --dry-run"), 0));
    schema.check(&document(&world, &import, 0));
    let keys = "volcengine:sandbox/cn-beijing/key-pair/web-2026 \
                tencent:sandbox/ap-guangzhou/key-pair/skey-9p0o8i7u huawei:sandbox/cn-north-4/codearts-key/31001";
    schema.check(&document(&world, &format!("delete {keys} --yes"), 3));
    schema.check(&document(&world, "huawei key-pair delete ghost --yes", 0));
}

#[test]
fn plans_fit_their_schema_and_so_does_what_tells_of_them() {
    let world = World::sandboxed();
    let (plans, results) = (Schema::read(PLAN), Schema::read(RESULTS));
    let public = key("rsa-3072-openssh.pub");
    let revoke = "revoke ad:2d:7f:98:d1:0a:97:5a:49:83:6d:0d:f7:ab:6d:3b --replace-with KeyPair-ops_2 \
                  --allow-lockout --stop hard --max-stops 9 --reason later --verify-cmd true";
    let lines = [
        revoke.to_owned(),
        format!("import {public} --name web-2026 --on *"),
        format!("huawei codearts-key add {public} --title web"),
        "volcengine key-pair attach --key-pair staging --instance i-ycweb00001".to_owned(),
        "volcengine key-pair update staging --description new".to_owned(),
        "huawei codearts-key delete --title laptop".to_owned(),
        "huawei kms-key cancel-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f --enable".to_owned(),
        "huawei kms-key schedule-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f --days 9".to_owned(),
    ];
    let mut changes = std::collections::BTreeSet::new();
    for (number, line) in lines.iter().enumerate() {
        let path = world.path(&format!("{number}.json"));
        let told = document(&world, &format!("{line} --plan {}", path.display()), 0);
        results.check(&told);
        let text = std::fs::read_to_string(&path).expect("the plan");
        let plan: Value = serde_json::from_str(&text).expect("JSON");
        plans.check(&plan);
        assert_eq!(told["digest"], plan["digest"]);
        let steps = plan["steps"].as_array().into_iter().flatten();
        for planned in steps.flat_map(|step| step.as_array().into_iter().flatten()) {
            changes.insert(planned["request"]["change"].to_string());
        }
    }
    assert_eq!(changes.len(), 10, "one plan of every change: {changes:?}");
}

#[test]
fn receipts_and_the_record_of_them_fit_their_schemas() {
    let world = World::sandboxed();
    let line = "revoke SHA256:gJXxIPXItAKcrG5t9BduzwDYZEFXfquv5C1VD3G1BPY --on tencent,huawei/cn-north-4 \
                --allow-lockout --yes --verify-cmd false";
    let results = document(&world, line, 10);
    assert_eq!(results["receipt"]["level"], "detached");
    assert_eq!(results["receipt"]["hosts"][0]["exit_code"], 1);
    Schema::read(RESULTS).check(&results);

    let schema = Schema::read(LIST);
    let runs = document(&world, "log", 0);
    schema.check(&runs);
    let run = runs["items"][0]["run"].as_str().expect("a name");
    let run = document(&world, &format!("log {run}"), 0);
    assert!(run["items"][0]["restore"].is_string());
    schema.check(&run);
}

#[test]
fn errors_fit_their_schema() {
    let world = World::sandboxed();
    let schema = Schema::read(ERROR);
    for line in [
        "ls --on nobody",
        "find nonsense",
        "delete web-1 --yes",
        "volcengine key-pair show ghost",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let output = world.run(&[&words, &["-o", "json"][..]].concat());
        let last = output.stderr.lines().last().unwrap_or_default();
        schema.check(&serde_json::from_str(last).expect("an error document"));
    }
}
