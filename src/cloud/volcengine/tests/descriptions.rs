//! Changing a description.

use super::*;

fn update<'r>(rig: &'r Rig, id: &str, amendment: Amendment) -> Result<Box<dyn Change + 'r>, Error> {
    rig.cloud.change(ChangeRequest::UpdateKeyPair {
        resource: Resource::KeyPair,
        id: id.to_owned(),
        amendment,
    })
}

fn described(text: &str) -> Amendment {
    Amendment {
        name: None,
        description: Some(text.to_owned()),
    }
}

/// One pair, `web`, whose description changes when asked.
fn changeable(shows: bool) -> Rig {
    let description = RefCell::new("before".to_owned());
    Rig::new(move |asked| {
        if asked.action == "ModifyKeyPairAttribute" {
            assert!(asked.has("Description"));
            let text = asked.get("Description");
            text.clone_into(&mut description.borrow_mut());
            return json!({"KeyPairName": "web"});
        }
        let wanted = [asked.list("KeyPairNames"), asked.list("KeyPairIds")].concat();
        let mut pair = json!({"KeyPairName": "web", "KeyPairId": "kp-1"});
        if shows {
            pair["Description"] = json!(*description.borrow());
        }
        let is_wanted = wanted.iter().any(|text| text == "web" || text == "kp-1");
        let found: Vec<Value> = is_wanted.then_some(pair).into_iter().collect();
        page("KeyPairs", &found)
    })
}

#[tokio::test(start_paused = true)]
async fn a_description_is_changed_and_cleared_by_name_or_id() {
    for (id, text, status) in [
        ("web", "after", Changed),
        ("kp-1", "", Changed),
        ("web", "before", Unchanged),
        ("nothing", "after", NotFound),
        ("kp-nothing", "after", NotFound),
    ] {
        let rig = changeable(true);
        let mut change = update(&rig, id, described(text)).expect("a change");
        let course = Course::run(change.as_mut()).await.expect("a survey");
        assert_eq!(course.statuses(), [(status, true)], "{id} {text}");
        let sent = rig.asked("ModifyKeyPairAttribute");
        assert_eq!(sent.len(), usize::from(status == Changed));
        for asked in sent {
            assert_eq!(
                (asked.get("KeyPairId"), asked.get("Description")),
                ("kp-1", text)
            );
        }
    }
    let rig = changeable(false);
    let mut change = update(&rig, "web", described("after")).expect("a change");
    let course = Course::run(change.as_mut()).await.expect("a survey");
    assert_eq!(course.statuses(), [(Changed, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_description_is_changed_without_a_look_where_that_is_denied() {
    for (id, parameter) in [("web", "KeyPairName"), ("kp-1", "KeyPairId")] {
        let rig = Rig::new(|asked| match asked.action.as_str() {
            "DescribeKeyPairs" => refusal("AccessDenied"),
            _ => json!({}),
        });
        let mut change = update(&rig, id, described("after")).expect("a change");
        let error = Course::run(change.as_mut()).await.err().expect("no proof");
        assert_eq!(error.kind, ErrorKind::Permission);
        assert_eq!(rig.asked("ModifyKeyPairAttribute")[0].get(parameter), id);
    }
}

#[test]
fn only_the_description_can_be_changed() {
    let rig = Rig::new(|_| Value::Null);
    let name = Amendment {
        name: Some("other".to_owned()),
        ..described("d")
    };
    for amendment in [name, Amendment::default(), described(&"d".repeat(256))] {
        let error = update(&rig, "web", amendment).err().expect("refused");
        assert_eq!(error.kind, ErrorKind::Usage);
    }
}
