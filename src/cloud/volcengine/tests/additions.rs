//! Making and importing key pairs.

use super::*;

fn additions(pairs: Vec<NewKeyPair>) -> ChangeRequest {
    ChangeRequest::AddKeyPairs {
        resource: Resource::KeyPair,
        pairs,
    }
}

fn named(name: &str) -> NewKeyPair {
    NewKeyPair {
        name: name.to_owned(),
        ..NewKeyPair::default()
    }
}

/// A registry that keeps what is made; each addition answers as given.
fn registry(taken: &[Value], answers: impl Fn(&Asked, usize) -> Value + 'static) -> Rig {
    let listed = RefCell::new(taken.to_vec());
    let tries = RefCell::new(0);
    Rig::new(move |asked| {
        if asked.action == "DescribeKeyPairs" {
            let names = asked.list("KeyPairNames");
            let is_wanted = |pair: &&Value| names.iter().any(|name| pair["KeyPairName"] == **name);
            let listed = listed.borrow();
            let found: Vec<Value> = listed.iter().filter(is_wanted).cloned().collect();
            return page("KeyPairs", &found);
        }
        *tries.borrow_mut() += 1;
        let answer = answers(asked, *tries.borrow());
        if answer.is_null() || answer["Error"].is_null() {
            listed
                .borrow_mut()
                .push(shown(asked.get("KeyPairName"), &digest()));
        }
        answer
    })
}

async fn add(rig: &Rig, pair: NewKeyPair) -> Outcome {
    let mut change = rig.cloud.change(additions(vec![pair])).expect("a change");
    let course = Course::run(change.as_mut()).await.expect("a survey");
    course.outcomes.into_iter().next().expect("an outcome")
}

#[tokio::test(start_paused = true)]
async fn an_import_sends_one_line_and_is_recognised_the_second_time() {
    let rig = registry(
        &[],
        |asked, _| json!({"KeyPairName": asked.get("KeyPairName"), "KeyPairId": "kp-1"}),
    );
    let pair = NewKeyPair {
        public_key: Some(key()),
        description: Some(String::new()),
        project: Some("project_a".to_owned()),
        tags: vec![("team".to_owned(), String::new())],
        ..named("web")
    };
    let outcome = add(&rig, pair.clone()).await;
    assert_eq!((outcome.status, outcome.verified), (Imported, true));
    let sent = &rig.asked("ImportKeyPair")[0];
    assert_eq!(sent.get("PublicKey"), ED25519);
    assert!(sent.has("Description") && sent.has("Tags.1.Value"));
    assert_eq!(
        (
            sent.get("KeyPairName"),
            sent.get("ProjectName"),
            sent.get("Tags.1.Key"),
            sent.get("ClientToken").len()
        ),
        ("web", "project_a", "team", 32)
    );
    let again = add(&rig, pair.clone()).await;
    assert_eq!((again.status, again.verified), (Exists, true));
    let other = NewKeyPair {
        public_key: None,
        ..pair
    };
    assert_eq!(add(&rig, other).await.status, Conflict);
    assert_eq!(
        rig.asked("ImportKeyPair").len() + rig.asked("CreateKeyPair").len(),
        1
    );
}

fn keeping(kept: &Rc<RefCell<String>>) -> Keeper {
    let kept = Rc::clone(kept);
    Keeper::new("a file".to_owned(), move |secret| {
        secret.expose().clone_into(&mut kept.borrow_mut());
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn a_private_key_that_comes_is_kept_with_real_line_ends() {
    let pem = "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----\n";
    for text in [
        pem.to_owned(),
        pem.replace('\n', "\\n"),
        pem.trim_end().to_owned(),
        pem.replace('\n', "\\r\\n"),
    ] {
        let rig = registry(
            &[],
            move |asked, _| json!({"KeyPairName": asked.get("KeyPairName"), "PrivateKey": text}),
        );
        let kept = Rc::new(RefCell::new(String::new()));
        let pair = NewKeyPair {
            keeper: Some(keeping(&kept)),
            ..named("web")
        };
        let outcome = add(&rig, pair).await;
        assert_eq!((outcome.status, outcome.verified), (Created, true));
        assert_eq!(outcome.private_key_file.as_deref(), Some("a file"));
        assert_eq!(*kept.borrow(), pem);
        assert!(!format!("{outcome:?}").contains("canary"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_pair_whose_private_key_does_not_come_is_said_to_be_useless() {
    for answer in [
        json!({}),
        json!({"KeyPairName": "web", "PrivateKey": ""}),
        Value::Null,
    ] {
        let rig = registry(&[], move |_, tries| {
            if tries == 1 {
                answer.clone()
            } else {
                refusal("InvalidKeyPairName.Duplicate")
            }
        });
        let kept = Rc::new(RefCell::new(String::new()));
        let outcome = add(
            &rig,
            NewKeyPair {
                keeper: Some(keeping(&kept)),
                ..named("web")
            },
        )
        .await;
        assert_eq!((outcome.status, outcome.verified), (Created, true));
        let error = outcome.error.expect("an error");
        assert_eq!(error.code.as_deref(), Some("PrivateKeyLost"));
        assert!(
            error.hints[0].ends_with("kpctl volcengine key-pair delete web -r cn-beijing"),
            "{:?}",
            error.hints
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_an_import_is_found_out() {
    // The code for a name that is taken is not documented: one that is known, one that is not.
    for code in ["InvalidKeyPairName.Duplicate", "SomethingElse"] {
        let rig = registry(&[], move |_, tries| {
            if tries == 1 {
                Value::Null
            } else {
                refusal(code)
            }
        });
        let outcome = add(
            &rig,
            NewKeyPair {
                public_key: Some(key()),
                ..named("web")
            },
        )
        .await;
        assert_eq!(
            (outcome.status, outcome.verified),
            (Imported, true),
            "{code}"
        );
        let sent = rig.asked("ImportKeyPair");
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0].get("ClientToken"), sent[1].get("ClientToken"));
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_have_their_exit_codes() {
    for (code, status, kind) in [
        ("QuotaExceeded.KeyPair", Failed, ErrorKind::Quota),
        (
            "InvalidKeyPairName.Duplicate",
            Conflict,
            ErrorKind::Conflict,
        ),
        ("InvalidPublicKey.Malformed", Failed, ErrorKind::Usage),
    ] {
        let rig = registry(&[], move |_, _| refusal(code));
        let outcome = add(
            &rig,
            NewKeyPair {
                public_key: Some(key()),
                ..named("web")
            },
        )
        .await;
        let error = outcome.error.expect("an error");
        assert_eq!((outcome.status, error.kind), (status, kind), "{code}");
    }
}

#[test]
fn what_is_certainly_refused_is_not_sent_and_what_may_be_is_said() {
    let rig = Rig::new(|_| Value::Null);
    let check = |pair: NewKeyPair| rig.cloud.change(additions(vec![pair])).map(|_| ());
    let tag = |key: &str| (key.to_owned(), String::new());
    let refused = [
        named(""),
        named("a"),
        named(&"n".repeat(65)),
        named("a\tb"),
        named(" ab"),
        NewKeyPair {
            description: Some("d".repeat(256)),
            ..named("web")
        },
        NewKeyPair {
            project: Some("p".repeat(65)),
            ..named("web")
        },
        NewKeyPair {
            tags: vec![tag("t"), tag("t")],
            ..named("web")
        },
        NewKeyPair {
            tags: vec![tag("")],
            ..named("web")
        },
        NewKeyPair {
            tags: (0..21).map(|n| tag(&format!("t{n}"))).collect(),
            ..named("web")
        },
    ];
    for pair in refused {
        let shown = format!("{pair:?}");
        assert_eq!(
            check(pair).map_err(|error| error.kind),
            Err(ErrorKind::Usage),
            "{shown}"
        );
    }
    for name in [
        "ci-deploy.web-01",
        "测试密钥-01",
        "ssh_key_pair",
        "-a",
        "a..b",
        "a b",
    ] {
        assert!(check(named(name)).is_ok(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn doubts_are_warnings() {
    let cases = [
        (named("ci-deploy.web-01"), 0),
        (named("测试密钥-01"), 0),
        (named("ssh_key_pair"), 1),
        (named("a--b"), 1),
        (
            NewKeyPair {
                public_key: Some(key()),
                ..named("web")
            },
            1,
        ),
        (
            NewKeyPair {
                description: Some("Deploy key = web, 部署密钥，仅限CI。".to_owned()),
                ..named("web")
            },
            0,
        ),
        (
            NewKeyPair {
                description: Some("1st!".to_owned()),
                ..named("web")
            },
            1,
        ),
        (
            NewKeyPair {
                tags: vec![("Volc:x".to_owned(), String::new())],
                ..named("web")
            },
            1,
        ),
    ];
    for (pair, expected) in cases {
        let rig = Rig::new(|_| page("KeyPairs", &[]));
        let shown = format!("{pair:?}");
        let mut change = rig.cloud.change(additions(vec![pair])).expect("a change");
        let survey = change.survey().await.expect("a survey");
        assert_eq!(survey.warnings.len(), expected, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_list_does_not_confirm_is_not_claimed() {
    let rig = Rig::new(|asked| match asked.action.as_str() {
        "DescribeKeyPairs" => page("KeyPairs", &[]),
        _ => json!({"KeyPairName": "web"}),
    });
    let outcome = add(
        &rig,
        NewKeyPair {
            public_key: Some(key()),
            ..named("web")
        },
    )
    .await;
    assert_eq!(outcome.status, Unverified);
}
