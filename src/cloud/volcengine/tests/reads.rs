//! Lists, one key pair, and ids that are looked up.

use super::*;

#[tokio::test]
async fn lists_have_all_pages_and_the_vendors_own_objects() {
    let rig = Rig::new(|asked| match asked.get("NextToken") {
        "" => json!({"KeyPairs": [shown("web", &digest())], "NextToken": "a+/="}),
        "a+/=" => json!({"KeyPairs": [{"KeyPairName": "bare"}], "NextToken": null}),
        other => panic!("{other}"),
    });
    let pairs = ListRequest::KeyPairs(Resource::KeyPair);
    let listing = rig.cloud.list(pairs).await.expect("a list");
    assert_eq!(rig.asked("DescribeKeyPairs")[0].get("MaxResults"), "500");
    let [web, bare] = &listing.records[..] else {
        panic!("{listing:?}")
    };
    assert_eq!(web.id, "web");
    assert_eq!(
        web.address.as_ref().map(ToString::to_string).as_deref(),
        Some("volcengine:env/cn-beijing/key-pair/web")
    );
    assert_eq!(web.material().is(&key()), Some(true));
    assert_eq!(
        facts(web).tags,
        Some(vec![("team".to_owned(), "infra".to_owned())])
    );
    assert_eq!(
        facts(web).created_at.as_deref(),
        Some("2026-01-15T16:30:00+08:00")
    );
    assert_eq!(web.raw["KeyPairId"], "kp-web");
    assert_eq!(web.raw["ProjectName"], "default");
    assert!(web.raw.get("PrivateKey").is_none() && web.bound_to().is_none());
    assert!(facts(bare).tags.is_none() && facts(bare).description.is_none());
    assert!(matches!(bare.material(), Material::Unknown));
}

#[tokio::test]
async fn instances_tell_state_system_and_key_pair() {
    let rig = Rig::new(|_| {
        page(
            "Instances",
            &[
                json!({"InstanceId": "i-1", "InstanceName": "one", "Status": "RUNNING", "OsName": "veLinux 2", "OsType": "Linux", "KeyPairName": "web", "KeyPairId": "kp-1"}),
                json!({"InstanceId": "i-2", "Status": "STOPPED", "OsType": "Windows", "KeyPairName": null}),
            ],
        )
    });
    let listing = rig
        .cloud
        .list(ListRequest::Instances)
        .await
        .expect("a list");
    let instances: Vec<_> = listing
        .records
        .iter()
        .map(|record| match &record.facts {
            Facts::Instance(instance) => instance,
            _ => panic!("not an instance"),
        })
        .collect();
    let bound = |at: usize| {
        let pairs = instances[at].key_pairs.as_ref().expect("known");
        pairs
            .iter()
            .map(|pair| pair.id.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (listing.records[0].name(), listing.records[0].state()),
        ("one", Some("running"))
    );
    assert_eq!((bound(0), bound(1)), (vec!["web"], vec![]));
    assert_eq!(instances[0].os.as_deref(), Some("veLinux 2"));
    assert_eq!(instances[1].os.as_deref(), Some("Windows"));
}

#[tokio::test]
async fn a_list_that_is_null_or_not_offered_is_an_error() {
    for body in [
        json!({"KeyPairs": null}),
        json!({}),
        json!({"NextToken": ""}),
    ] {
        let rig = Rig::new(move |_| body.clone());
        let pairs = ListRequest::KeyPairs(Resource::KeyPair);
        assert!(rig.cloud.list(pairs).await.is_err());
    }
    let rig = Rig::new(|_| Value::Null);
    for request in [
        ListRequest::KmsKeys,
        ListRequest::KeyPairs(Resource::LighthouseKeyPair),
    ] {
        let error = rig.cloud.list(request).await.expect_err("not offered");
        assert_eq!(error.kind, ErrorKind::Usage);
    }
    let error = rig
        .cloud
        .show(Resource::Instance, "i-1")
        .await
        .expect_err("not offered");
    assert_eq!(error.kind, ErrorKind::Usage);
}

/// Pairs `web` and `kp-name`; what instances show is given.
fn two_pairs(instances: Value) -> Rig {
    Rig::new(move |asked| {
        if asked.action == "DescribeInstances" {
            return instances.clone();
        }
        let wanted = [asked.list("KeyPairNames"), asked.list("KeyPairIds")].concat();
        let pairs = [shown("web", &digest()), shown("kp-name", "")];
        let is_wanted = |pair: &&Value| {
            // Whether names are told apart by case is not documented.
            let name = pair["KeyPairName"].as_str().expect("a name");
            let id = pair["KeyPairId"].as_str().expect("an id");
            let is_it = |text: &String| text.eq_ignore_ascii_case(name) || text == id;
            wanted.iter().any(is_it)
        };
        let found: Vec<Value> = pairs.iter().filter(is_wanted).cloned().collect();
        page("KeyPairs", &found)
    })
}

#[tokio::test]
async fn one_pair_is_shown_by_name_and_by_id_with_what_holds_it() {
    let instances = page(
        "Instances",
        &[
            json!({"InstanceId": "i-1", "KeyPairName": "web", "KeyPairId": "kp-web"}),
            json!({"InstanceId": "i-2", "KeyPairName": "web-2", "KeyPairId": "kp-web-2"}),
            json!({"InstanceId": "i-3", "KeyPairName": "WEB", "KeyPairId": "kp-other"}),
            json!({"InstanceId": "i-4", "KeyPairName": "web"}),
        ],
    );
    for (id, name) in [
        ("web", "web"),
        ("kp-web", "web"),
        ("kp-name", "kp-name"),
        ("kp-kp-name", "kp-name"),
    ] {
        let rig = two_pairs(instances.clone());
        let listing = rig.cloud.show(Resource::KeyPair, id).await.expect(id);
        let record = &listing.records[0];
        assert_eq!(
            (record.id.as_str(), listing.warnings.len()),
            (name, 0),
            "{id}"
        );
        let holders = record.bound_to().expect("known").iter();
        let holders: Vec<&str> = holders.map(|address| address.id.as_str()).collect();
        assert_eq!(
            holders,
            if name == "web" {
                vec!["i-1", "i-4"]
            } else {
                vec![]
            }
        );
        assert_eq!(rig.asked("DescribeInstances")[0].get("KeyPairName"), name);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_a_near_name_is_said() {
    let rig = two_pairs(Value::Null);
    for (id, hints) in [("nothing", 1), ("kp-nothing", 1), ("Web", 2)] {
        let error = rig.cloud.show(Resource::KeyPair, id).await.expect_err(id);
        assert_eq!(
            (error.kind, error.hints.len()),
            (ErrorKind::NotFound, hints),
            "{id}"
        );
    }
    let error = rig
        .cloud
        .show(Resource::KeyPair, "a\nb")
        .await
        .expect_err("no name");
    assert_eq!(error.kind, ErrorKind::Usage);
}

#[tokio::test]
async fn what_holds_a_pair_may_stay_unknown() {
    let alike = page(
        "Instances",
        &[json!({"InstanceId": "i-1", "KeyPairName": "WEB"})],
    );
    for (instances, word) in [
        (refusal("AccessDenied"), "cannot be seen"),
        (alike, "nobody can tell"),
    ] {
        let rig = two_pairs(instances);
        let listing = rig
            .cloud
            .show(Resource::KeyPair, "web")
            .await
            .expect("a pair");
        assert!(listing.records[0].bound_to().is_none());
        assert!(listing.warnings[0].contains(word), "{:?}", listing.warnings);
    }
}

/// One bad id among good ones must not make the good ones look absent.
#[tokio::test]
async fn an_id_that_is_refused_does_not_hide_the_others() {
    let rig = Rig::new(|asked| match asked.action.as_str() {
        "DescribeKeyPairs" if asked.list("KeyPairIds").contains(&"kp-?".to_owned()) => {
            refusal("InvalidKeyPairId.Malformed")
        }
        "DescribeKeyPairs" if asked.has("KeyPairIds.1") => page("KeyPairs", &[shown("web", "")]),
        _ => page("KeyPairs", &[]),
    });
    let request = ChangeRequest::DeleteKeyPairs {
        resource: Resource::KeyPair,
        ids: vec!["kp-?".to_owned(), "kp-web".to_owned()],
        client_token: None,
    };
    let mut change = rig.cloud.change(request).expect("a change");
    let survey = change.survey().await.expect("a survey");
    let statuses: Vec<_> = survey
        .outcomes
        .iter()
        .map(|outcome| outcome.status.name())
        .collect();
    assert_eq!(statuses, ["absent", "skipped"]);
    let previews = change.preview(&vec![1]).await.expect("previews");
    assert!(previews[0].request.query.contains("KeyPairNames.1=web&"));
}

#[tokio::test]
async fn pairs_are_handed_out_page_by_page_and_none_twice() {
    let rig = Rig::new(|asked| match asked.get("NextToken") {
        "" => json!({"KeyPairs": [shown("a", ""), shown("b", "")], "NextToken": "2"}),
        // One came meanwhile, so that another is on the second page, too.
        "2" => json!({"KeyPairs": [shown("b", ""), shown("c", "")], "NextToken": "3"}),
        "3" => json!({"KeyPairs": [shown("c", "")], "NextToken": "4"}),
        "4" => refusal("LackPolicy"),
        other => panic!("{other}"),
    });
    let parts = RefCell::new(Vec::new());
    let pairs = ListRequest::KeyPairs(Resource::KeyPair);
    let take = |records: Vec<Record>| {
        let ids: Vec<String> = records.into_iter().map(|record| record.id).collect();
        parts.borrow_mut().push(ids);
    };
    let end = rig.cloud.stream(pairs, &take).await;
    assert_eq!(end.expect_err("cut off").kind, ErrorKind::Permission);
    assert_eq!(parts.into_inner(), [vec!["a", "b"], vec!["c"]]);

    let rig = Rig::new(|_| json!({"KeyPairs": [shown("a", "")], "NextToken": "same"}));
    let pairs = ListRequest::KeyPairs(Resource::KeyPair);
    let count = RefCell::new(0);
    let take = |records: Vec<Record>| *count.borrow_mut() += records.len();
    let end = rig.cloud.stream(pairs, &take).await;
    let error = end.expect_err("a token that repeats");
    assert!(error.message.contains("repeats itself"), "{error}");
    assert_eq!(count.into_inner(), 1);
}
