//! One suite for every cloud in the registry: the whole life of a key through the real client, on the
//! embedded cloud.

use std::path::PathBuf;

use kpctl::model::CloudId;
use kpctl::sandbox::Quirk;
use serde_json::Value;

use crate::fixture::{Output, World};

/// What a cloud does about a key pair that is bound and is to be deleted.
#[derive(Clone, Copy, PartialEq)]
enum WhenBound {
    /// It refuses, and kpctl names the holder.
    Refuses,
    /// It deletes the pair: servers keep their copy of the key (spec huawei 7).
    Deletes,
}

/// A service that has key pairs, and the machine of the demo fleet that a key is tried on.
struct Service {
    cloud: CloudId,
    resource: &'static str,
    /// A file in `tests/keys` that the service is documented to take.
    key: &'static str,
    machine: &'static str,
    /// What is bound to it in the demo fleet.
    bound_before: &'static str,
    /// Taking the key off leaves the machine with none.
    locks_out: bool,
    when_bound: WhenBound,
}

/// All services, cloud by cloud: a new cloud does not compile until it is here.
fn services() -> Vec<Service> {
    CloudId::ALL.into_iter().flat_map(services_of).collect()
}

fn services_of(cloud: CloudId) -> Vec<Service> {
    let rsa = "rsa-3072-openssh.pub";
    let service = Service {
        cloud,
        resource: "key-pair",
        key: rsa,
        machine: "",
        bound_before: "",
        locks_out: true,
        when_bound: WhenBound::Refuses,
    };
    match cloud {
        CloudId::Volcengine => vec![Service {
            machine: "i-ycstage0001",
            bound_before: "staging",
            ..service
        }],
        CloudId::Tencent => vec![
            Service {
                machine: "ins-5r7e9w1q",
                bound_before: "skey-3x8v1n6t",
                locks_out: false,
                ..service
            },
            Service {
                resource: "lighthouse-key-pair",
                machine: "lhins-7v4c1x8z",
                bound_before: "lhkp-5f2c7o4p",
                locks_out: false,
                cloud,
                key: rsa,
                when_bound: WhenBound::Refuses,
            },
        ],
        CloudId::Huawei => vec![Service {
            key: "ed25519-openssh.pub",
            machine: "d76b2a11-1c1f-4f0e-9a51-0c6f2b7e1001",
            when_bound: WhenBound::Deletes,
            ..service
        }],
    }
}

fn key_file(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys"));
    folder.join(name).display().to_string()
}

impl Service {
    /// Runs one verb with `-o json`.
    fn run(&self, world: &World, verb: &str, arguments: &[&str]) -> Output {
        let head = [self.cloud.name(), self.resource, verb];
        world.run(&[&head[..], arguments, &["-o", "json"]].concat())
    }

    fn ends<'a>(&'a self, id: &'a str) -> [&'a str; 5] {
        ["--key-pair", id, "--instance", self.machine, "--yes"]
    }

    /// Whether the list holds the pair.
    fn lists(&self, world: &World, id: &str) -> bool {
        let document = self.run(world, "list", &[]).code(0).json();
        assert_eq!(
            (document["kind"].as_str(), document["complete"].as_bool()),
            (Some("List"), Some(true))
        );
        let items = document["items"].as_array().expect("items").clone();
        items.iter().any(|item| item["id"] == id)
    }

    /// Imports the service's key under a name; the id that it has then.
    fn import(&self, world: &World, name: &str) -> String {
        let key = key_file(self.key);
        let imported = self.run(world, "import", &[&key, "--name", name]).code(0);
        let item = only_item(&imported);
        assert_eq!(
            (&item["status"], &item["verified"]),
            (&"imported".into(), &true.into()),
            "{imported:#?}"
        );
        item["id"].as_str().expect("an id").to_owned()
    }

    /// From a pair that is there and bound to nothing to one that is not there.
    fn bind_release_and_delete(&self, world: &World, id: &str) {
        let attached = self.run(world, "attach", &self.ends(id)).code(0);
        let item = only_item(&attached);
        assert_eq!(item["status"], "attached", "{attached:#?}");
        assert_eq!(item["verified"], true, "{attached:#?}");

        if self.when_bound == WhenBound::Refuses {
            let refused = self.run(world, "delete", &[id, "--yes"]).code(6);
            let item = only_item(&refused);
            assert_eq!(item["status"], "in-use", "{refused:#?}");
            let holder = item["held_by"][0].as_str().unwrap_or_default();
            assert!(holder.ends_with(self.machine), "{refused:#?}");
        }

        // A machine is never left without a key unless that is said.
        if self.locks_out {
            let guarded = self.run(world, "detach", &self.ends(id)).code(9);
            assert_eq!(guarded.error()["code"], "ConsentMissing");
        }
        let released = [&self.ends(id)[..], &["--allow-lockout"]].concat();
        let released = self.run(world, "detach", &released).code(0);
        assert_eq!(only_item(&released)["status"], "detached", "{released:#?}");

        let deleted = self.run(world, "delete", &[id, "--yes"]).code(0);
        let item = only_item(&deleted);
        assert_eq!(
            (&item["status"], &item["verified"]),
            (&"deleted".into(), &true.into())
        );
        assert!(!self.lists(world, id));
        let again = self.run(world, "delete", &[id, "--yes"]).code(0);
        assert_eq!(only_item(&again)["status"], "absent", "{again:#?}");
        let gone = self.run(world, "show", &[id]).code(5);
        assert_eq!(gone.error()["kind"], "not-found");
    }
}

#[track_caller]
fn only_item(output: &Output) -> Value {
    let document = output.json();
    let items = document["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{output:#?}");
    items[0].clone()
}

#[test]
fn an_imported_key_lives_from_import_to_absence() {
    for service in services() {
        let world = World::sandboxed();
        let key = key_file(service.key);
        let import = [key.as_str(), "--name", "conform_1"];
        let id = service.import(&world, "conform_1");
        assert!(service.lists(&world, &id));

        let shown = only_item(&service.run(&world, "show", &[&id]).code(0));
        assert_eq!(shown["name"], "conform_1");
        let line = std::fs::read_to_string(&key).expect("a key");
        let blob = line.split_whitespace().nth(1).expect("a blob");
        match shown["public_key"].as_str() {
            Some(public_key) => assert!(public_key.contains(blob)),
            // Volcengine shows a digest only, which the import compares.
            None => assert!(shown["fingerprint_md5"].is_string(), "{shown}"),
        }

        let again = service.run(&world, "import", &import).code(0);
        assert_eq!(only_item(&again)["status"], "exists", "{again:#?}");
        let other = key_file("rsa-2048-pem.pub");
        let conflict = service
            .run(&world, "import", &[&other, "--name", "conform_1"])
            .code(6);
        assert_eq!(only_item(&conflict)["status"], "conflict", "{conflict:#?}");

        service.bind_release_and_delete(&world, &id);
    }
}

#[test]
fn a_created_key_lives_from_its_file_to_absence() {
    for service in services() {
        for way in ["--generate", "--cloud-generated"] {
            let world = World::sandboxed();
            let create = ["conform_2", "--private-key-file", "new.pem", way];
            let created = service.run(&world, "create", &create).code(0);
            let item = only_item(&created);
            assert_eq!(
                (&item["status"], &item["verified"]),
                (&"created".into(), &true.into()),
                "{created:#?}"
            );
            assert_eq!(item["private_key_file"], "new.pem");
            assert_private(&world, "new.pem");
            assert_eq!(world.path("new.pem.pub").exists(), way == "--generate");
            assert!(!created.stdout.contains("PRIVATE KEY"));

            // A name that is taken costs nothing, and no file is overwritten.
            let id = item["id"].as_str().expect("an id").to_owned();
            let overwrite = service.run(&world, "create", &create).code(2);
            assert!(overwrite.stderr.contains("never overwritten"));
            let taken = ["conform_2", "--private-key-file", "other.pem", way];
            let conflict = service.run(&world, "create", &taken).code(6);
            assert_eq!(only_item(&conflict)["status"], "conflict");
            assert!(!world.path("other.pem").exists() && !world.path("other.pem.pub").exists());

            service.bind_release_and_delete(&world, &id);
        }
    }
}

#[track_caller]
fn assert_private(world: &World, name: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = world.path(name);
    let mode = std::fs::metadata(&path)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).expect("a key");
    assert!(text.starts_with("-----BEGIN ") && text.ends_with("PRIVATE KEY-----\n"));
}

#[test]
fn a_machine_keeps_what_was_bound_where_the_cloud_can_hold_several() {
    for service in services() {
        if service.locks_out {
            continue;
        }
        let world = World::sandboxed();
        let id = service.import(&world, "conform_3");
        let attached = service.run(&world, "attach", &service.ends(&id)).code(0);
        let after = only_item(&attached)["after"]["key_pair"].clone();
        let after = after.as_str().expect("what is bound").to_owned();
        assert!(
            after.contains(&id) && after.contains(service.bound_before),
            "{after}"
        );
    }
}

#[test]
fn a_private_key_is_never_taken_for_a_public_one() {
    for service in services() {
        let world = World::served(&[]);
        let private = key_file("rsa-3072-openssh");
        let refused = service.run(&world, "import", &[&private, "--name", "oops"]);
        let error = refused.code(2).error();
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains("private key"))
        );
        assert!(world.requests().is_empty(), "nothing is sent");
    }
}

#[test]
fn a_refused_key_and_a_throttled_service_end_every_verb_with_their_code() {
    for service in services() {
        let world = World::served(&["--fault", &format!("{}.*@*=throttled", service.cloud)]);
        let throttled = service.run(&world, "list", &[]).code(7);
        assert_eq!(throttled.error()["kind"], "throttled");

        let skewed = World::served(&["--fault", &format!("{}.*@*=skew", service.cloud)]);
        let refused = service.run(&skewed, "list", &[]).code(4);
        assert_eq!(refused.error()["kind"], "credentials");
        assert_eq!(skewed.requests().len(), 1, "a refused key is used once");

        let denied = World::served(&["--fault", &format!("{}.*@*=denied", service.cloud)]);
        let refused = service.run(&denied, "list", &[]).code(4);
        assert_eq!(refused.error()["kind"], "permission");
    }
}

/// The documents leave questions open; whatever the answer, the life of a key is the same.
#[test]
fn the_life_is_the_same_under_every_plausible_answer() {
    for quirk in Quirk::ALL {
        let cloud = match quirk.name().split('-').next() {
            Some("volcengine") => CloudId::Volcengine,
            Some("tencent" | "lighthouse") => CloudId::Tencent,
            _ => CloudId::Huawei,
        };
        // Where nobody can tell how a task ended, kpctl says so.
        if *quirk == Quirk::KpsTasksForgotten {
            continue;
        }
        for service in services_of(cloud) {
            let world = World::served(&["--quirk", quirk.name()]);
            // A name that every reading of the rules allows.
            let name = if cloud == CloudId::Tencent {
                "conform_4"
            } else {
                "conform-4"
            };
            let id = service.import(&world, name);
            let key = key_file(service.key);
            let again = service
                .run(&world, "import", &[&key, "--name", name])
                .code(0);
            assert_eq!(only_item(&again)["status"], "exists", "{quirk}: {again:#?}");
            service.bind_release_and_delete(&world, &id);
        }
    }
}

#[test]
fn a_task_that_is_forgotten_at_its_end_proves_nothing() {
    let world = World::served(&["--quirk", Quirk::KpsTasksForgotten.name()]);
    for service in services_of(CloudId::Huawei) {
        let id = service.import(&world, "conform-5");
        let attached = service.run(&world, "attach", &service.ends(&id)).code(10);
        assert_eq!(
            only_item(&attached)["status"],
            "unverified",
            "{attached:#?}"
        );
    }
}

#[test]
fn a_users_own_key_lives_from_addition_to_absence() {
    let world = World::sandboxed();
    let key = key_file("ed25519-openssh.pub");
    let add = [
        "huawei",
        "codearts-key",
        "add",
        &key,
        "--title",
        "mine",
        "-o",
        "json",
    ];
    let added = only_item(&world.run(&add).code(0));
    assert_eq!(
        (&added["status"], &added["verified"]),
        (&"imported".into(), &true.into())
    );
    let id = added["id"].as_str().expect("an id");
    assert_eq!(only_item(&world.run(&add).code(0))["status"], "exists");
    let delete = [
        "huawei",
        "codearts-key",
        "delete",
        id,
        "--yes",
        "-o",
        "json",
    ];
    assert_eq!(only_item(&world.run(&delete).code(0))["status"], "deleted");
    assert_eq!(only_item(&world.run(&delete).code(0))["status"], "absent");
}
