use chrono::{DateTime, Utc};
use proptest::prelude::{any, prop_assert, proptest};

use super::{Account, Call, Fact, Plan, Planned, Revoked, digest, moved, parse, text};
use crate::cloud::change::Risk;
use crate::model::{
    Access, Amendment, Binding, ChangeRequest, CloudId, FailedTasks, Keeper, KeyStateChange,
    NewKeyPair, Power, RepositoryKeys, Resource, Scope, Visibility,
};
use crate::secret::Secret;
use crate::sshkey::PublicKey;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP a b";

fn scope() -> Scope {
    Scope {
        cloud: CloudId::Tencent,
        profile: "prod".to_owned(),
        region: "ap-tokyo".to_owned(),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn pair() -> NewKeyPair {
    NewKeyPair {
        name: "ops".to_owned(),
        spare_name: Some("ops_tokyo".to_owned()),
        public_key: PublicKey::parse(KEY).ok(),
        description: Some("d".to_owned()),
        tags: vec![("team".to_owned(), "infra".to_owned())],
        project: Some("0".to_owned()),
        visibility: Some(Visibility::Account),
        ..NewKeyPair::default()
    }
}

/// Every change that can be planned.
fn requests() -> Vec<ChangeRequest> {
    let binding = Binding {
        replace: true,
        power: Power::StopHard,
        start_again: true,
        user: Some("root".to_owned()),
        port: Some(22),
        ..Binding::new(Resource::KeyPair, words("skey-1 skey-2"), words("ins-1"))
    };
    let keys = |keys| ChangeRequest::DeleteRepositoryKeys(keys);
    let state = |wanted| ChangeRequest::ChangeKeyState {
        ids: words("0d"),
        wanted,
    };
    vec![
        ChangeRequest::AddKeyPairs {
            resource: Resource::KeyPair,
            pairs: vec![pair()],
        },
        ChangeRequest::DeleteKeyPairs {
            resource: Resource::LighthouseKeyPair,
            ids: words("a b"),
            client_token: Some("t".to_owned()),
        },
        ChangeRequest::UpdateKeyPair {
            resource: Resource::KeyPair,
            id: "a".to_owned(),
            amendment: Amendment {
                name: None,
                description: Some(String::new()),
            },
        },
        ChangeRequest::AttachKeyPairs(binding.clone()),
        ChangeRequest::DetachKeyPairs(binding),
        ChangeRequest::AddRepositoryKeys(vec![pair()]),
        keys(RepositoryKeys::Ids(vec![1, 2])),
        keys(RepositoryKeys::Title("laptop".to_owned())),
        keys(RepositoryKeys::Fingerprint("SHA256:x".to_owned())),
        ChangeRequest::CancelKeyDeletion {
            ids: words("0d"),
            sequence: Some("s".to_owned()),
            enable: true,
        },
        state(KeyStateChange::Enable),
        state(KeyStateChange::Disable),
        state(KeyStateChange::ScheduleDeletion { days: 30 }),
        ChangeRequest::ReplaceServerKeyPairs {
            assignments: vec![("s-1".to_owned(), "new".to_owned())],
        },
        ChangeRequest::ClearFailedTasks(FailedTasks::All),
        ChangeRequest::ClearFailedTasks(FailedTasks::Ids(words("1"))),
    ]
}

fn plan(requests: Vec<ChangeRequest>) -> Plan {
    let at = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).expect("a time");
    let planned = |request| Planned {
        scope: scope(),
        service: "cvm".to_owned(),
        request,
        calls: vec![Call {
            service: "cvm".to_owned(),
            operation: "DeleteKeyPairs".to_owned(),
            method: "POST".to_owned(),
            url: "https://cvm.example.com/".to_owned(),
            body: Some("{}".to_owned()),
        }],
    };
    Plan {
        command: "revoke".to_owned(),
        reason: Some("ticket 4711".to_owned()),
        made_at: at(1_790_000_000),
        expires_at: at(1_790_086_400),
        sandbox: true,
        endpoint: None,
        accounts: vec![Account {
            cloud: CloudId::Tencent,
            profile: "prod".to_owned(),
            account: "100".to_owned(),
        }],
        accepted: vec![Risk::Lockout, Risk::PowerCut],
        max_changes: Some(10),
        max_stops: None,
        wait: true,
        verify: true,
        steps: vec![requests.into_iter().map(planned).collect(), Vec::new()],
        facts: vec![fact("a", Some("SHA256:x"), &["i-1"])],
        notes: vec!["a note".to_owned()],
        revoked: Some(Revoked {
            fingerprint: "SHA256:x".to_owned(),
            public_key: Some(KEY.to_owned()),
            scopes: words("tencent"),
            places: words("a"),
            unseen: vec![("b".to_owned(), "denied".to_owned())],
            verify_cmd: Some("/bin/true".to_owned()),
        }),
    }
}

fn fact(address: &str, key: Option<&str>, holds: &[&str]) -> Fact {
    Fact {
        address: address.to_owned(),
        is_there: true,
        key: key.map(str::to_owned),
        holds: Some(holds.iter().map(|text| (*text).to_owned()).collect()),
        state: None,
    }
}

#[test]
fn every_change_survives_the_file() {
    for request in requests() {
        let plan = plan(vec![request.clone()]);
        let written = text(&plan).expect("writes");
        let (read, digest_read) = parse(&written, "p.json").expect("reads");
        assert_eq!(text(&read).expect("writes"), written, "{request:?}");
        assert_eq!(digest_read, digest(&plan).expect("a digest"));
        assert_eq!(digest_read.len(), 64);
        let shown = format!("{:?}", read.steps[0][0].request);
        assert_eq!(shown, format!("{request:?}"));
    }
}

#[test]
fn what_needs_a_secret_cannot_be_planned() {
    let access = |access| {
        let ends = Binding::new(Resource::KeyPair, words("a"), words("b"));
        ChangeRequest::DetachKeyPairs(Binding {
            access: Some(access),
            ..ends
        })
    };
    let made = |pair| ChangeRequest::AddKeyPairs {
        resource: Resource::KeyPair,
        pairs: vec![pair],
    };
    let keeper = Keeper::new("x".to_owned(), |_| Ok(()));
    for request in [
        access(Access::Password(Secret::new("p".to_owned()))),
        access(Access::PrivateKey(Secret::new("p".to_owned()))),
        made(NewKeyPair {
            public_key: None,
            ..pair()
        }),
        made(NewKeyPair {
            is_fresh: true,
            keeper: Some(keeper),
            ..pair()
        }),
    ] {
        let error = text(&plan(vec![request])).expect_err("needs one");
        assert_eq!(error.code.as_deref(), Some("PlanNeedsSecret"));
    }
}

#[test]
fn an_edited_plan_is_none() {
    let whole = text(&plan(requests())).expect("writes");
    for (from, to) in [
        ("skey-1", "skey-9"),
        ("\"wait\": true", "\"wait\": false"),
        ("2026-", "2027-"),
        ("\"max_changes\": 10", "\"max_changes\": 11"),
        ("\"notes\"", "\"more\": 1, \"notes\""),
        ("--allow-lockout", "--force-stop"),
        ("\"Plan\"", "\"List\""),
        ("kpctl/v1", "kpctl/v2"),
        ("\"digest\"", "\"hash\""),
    ] {
        let edited = whole.replacen(from, to, 1);
        assert_ne!(edited, whole, "{from}");
        let error = parse(&edited, "p.json").expect_err(from);
        assert_eq!(error.exit_code(), 2, "{from}");
        assert!(error.message.contains("'p.json'"), "{error}");
    }
    for cut in [0, 1, whole.len() / 2, whole.len() - 3] {
        assert!(parse(&whole[..cut], "p.json").is_err(), "{cut}");
    }
}

#[test]
fn a_member_that_stands_there_twice_makes_no_plan() {
    let whole = text(&plan(requests())).expect("writes");
    for (from, to) in [
        ("\"wait\": true", "\"wait\": false, \"wait\": true"),
        ("\"steps\": [", "\"steps\": [], \"steps\": ["),
        ("\"there\": true", "\"there\": false, \"there\": true"),
    ] {
        let edited = whole.replacen(from, to, 1);
        assert_ne!(edited, whole, "{from}");
        let error = parse(&edited, "p.json").expect_err(from);
        assert_eq!(error.code.as_deref(), Some("BrokenPlan"), "{from}");
    }
    // Blanks between its members mean nothing.
    let value: serde_json::Value = serde_json::from_str(&whole).expect("JSON");
    parse(&value.to_string(), "p.json").expect("the same plan");
}

#[test]
fn what_a_key_is_known_by_becomes_its_id() {
    let scope = crate::model::Scope {
        cloud: CloudId::Huawei,
        profile: "env".to_owned(),
        region: "cn-north-4".to_owned(),
    };
    let found = crate::model::Outcome::draft(scope.address(Resource::CodeartsKey, "31001"), None);
    let survey = crate::cloud::change::Survey {
        outcomes: vec![found],
        ..Default::default()
    };
    let asked = ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Title("laptop".to_owned()));
    assert!(matches!(
        super::pinned(&asked, &survey),
        ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Ids(ids)) if ids == [31001]
    ));
}

#[test]
fn what_was_done_before_is_not_done_again() {
    use crate::model::{Outcome, Scope, Status};

    let scope: Scope = Scope {
        cloud: CloudId::Huawei,
        profile: "env".to_owned(),
        region: "here".to_owned(),
    };
    let pair = scope.address(Resource::KeyPair, "old");
    let (machine, server) = (
        scope.address(Resource::Instance, "i-1"),
        scope.address(Resource::CphServer, "s-1"),
    );
    let at = |address: &crate::model::Address, is_there, holds: &[&str]| Fact {
        is_there,
        ..fact(&address.to_string(), None, holds)
    };
    let old = pair.to_string();
    let then = [
        at(&pair, true, &["x"]),
        at(&machine, true, &[&old]),
        at(&server, true, &["old"]),
    ];
    let detach =
        ChangeRequest::DetachKeyPairs(Binding::new(Resource::KeyPair, words("old"), words("i-1")));
    let replace = ChangeRequest::ReplaceServerKeyPairs {
        assignments: vec![("s-1".to_owned(), "new".to_owned())],
    };
    let settled = |now: &[Fact], request: &ChangeRequest, mut outcome: Outcome, status| {
        outcome.status = status;
        let mut survey = crate::cloud::change::Survey {
            outcomes: vec![outcome],
            ..Default::default()
        };
        super::Resumption { then: &then, now }.settle(request, &mut survey);
        survey.outcomes[0].status
    };
    let item = || Outcome::draft(pair.clone(), Some(machine.clone()));
    let of_server = || Outcome::draft(server.clone(), None);
    let gone = [
        at(&pair, false, &[]),
        at(&machine, true, &[]),
        at(&server, true, &["new"]),
    ];
    for status in [Status::NotFound, Status::Skipped] {
        assert_eq!(settled(&gone, &detach, item(), status), Status::Unchanged);
        // Nothing has happened yet.
        assert_eq!(settled(&then, &detach, item(), status), status);
    }
    // A machine that shows the pair although it is gone is not done.
    let shown = [at(&pair, false, &[]), at(&machine, true, &[&old])];
    assert_eq!(
        settled(&shown, &detach, item(), Status::NotFound),
        Status::NotFound
    );
    // What fails for another reason stays as it is.
    assert_eq!(
        settled(&gone, &detach, item(), Status::Refused),
        Status::Refused
    );
    assert_eq!(
        settled(&gone, &replace, of_server(), Status::Skipped),
        Status::Unchanged
    );
    assert_eq!(
        settled(&then, &replace, of_server(), Status::Skipped),
        Status::Skipped
    );
    let delete = ChangeRequest::DeleteKeyPairs {
        resource: Resource::KeyPair,
        ids: words("old"),
        client_token: None,
    };
    let record = || Outcome::draft(pair.clone(), None);
    assert_eq!(
        settled(&gone, &delete, record(), Status::Skipped),
        Status::Absent
    );
    assert_eq!(
        settled(&then, &delete, record(), Status::Skipped),
        Status::Skipped
    );
}

#[test]
fn facts_that_moved_are_named() {
    let then = [
        fact("a", Some("SHA256:x"), &["i-1", "i-2"]),
        fact("b", Some("SHA256:y"), &[]),
    ];
    assert!(moved(&then, &then, false).is_empty());
    let gone = Fact {
        address: "a".to_owned(),
        ..Fact::default()
    };
    for (now, says, resumable) in [
        (gone, "is gone", true),
        (
            fact("a", Some("SHA256:z"), &["i-1", "i-2"]),
            "another key",
            false,
        ),
        (fact("a", None, &["i-1", "i-2"]), "another key", false),
        (fact("a", Some("SHA256:x"), &["i-1"]), "i-1 now", true),
        (
            fact("a", Some("SHA256:x"), &["i-1", "i-2", "i-3"]),
            "i-3 now",
            false,
        ),
    ] {
        let now = [now, then[1].clone()];
        let found = moved(&then, &now, false);
        assert_eq!(found.len(), 1, "{says}");
        assert!(
            found[0].starts_with("a: ") && found[0].contains(says),
            "{found:?}"
        );
        assert_eq!(moved(&then, &now, true).is_empty(), resumable, "{says}");
    }
    assert_eq!(moved(&then, &then[..1], false).len(), 1);
}

proptest! {
    #[test]
    fn any_text_is_a_plan_or_none(text in any::<String>()) {
        prop_assert!(parse(&text, "x").is_err());
    }

    #[test]
    fn no_byte_of_a_plan_can_change(at in 0usize..4000, byte in 32u8..127) {
        let whole = text(&plan(requests())).expect("writes");
        let mut bytes = whole.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let edited = String::from_utf8(bytes).expect("ASCII");
        // Blanks outside of texts mean nothing.
        if let (Ok((_, read)), Ok((_, told))) = (parse(&edited, "x"), parse(&whole, "x")) {
            prop_assert!(read == told);
        }
    }
}
