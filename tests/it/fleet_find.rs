//! `find`: any form of a key finds the very places where it is, and tells how far that is known.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fixture::{Output, World};
use crate::fleet_served::{addresses, served, sorted, texts, unseen};
use crate::fleet_world::{
    ed25519_line, ed25519_places, ed25519_private_key, rsa_line, rsa_places, rsa_private_key,
};

fn blob(line: &str) -> Vec<u8> {
    let text = line.split(' ').nth(1).expect("a blob");
    STANDARD.decode(text).expect("base64")
}

fn sha256(line: &str) -> String {
    format!(
        "SHA256:{}",
        STANDARD_NO_PAD.encode(Sha256::digest(blob(line)))
    )
}

fn md5_plain(line: &str) -> String {
    hex::encode(Md5::digest(blob(line)))
}

fn md5_colons(line: &str) -> String {
    let plain = md5_plain(line);
    let pairs = plain.as_bytes().chunks(2);
    let pairs = pairs.map(|pair| String::from_utf8_lossy(pair).into_owned());
    pairs.collect::<Vec<_>>().join(":")
}

fn find(world: &World, key: &str, more: &[&str]) -> Output {
    world.run(&[&["find", key, "-o", "json"], more].concat())
}

#[test]
fn every_form_of_a_key_finds_its_eight_places_and_no_other() {
    let world = served(&[]);
    for (line, half, places) in [
        (rsa_line(), rsa_private_key(), rsa_places("env")),
        (ed25519_line(), ed25519_private_key(), ed25519_places("env")),
    ] {
        let places = sorted(places);
        assert_eq!(places.len(), 8);
        let public_file = world.path("key.pub");
        std::fs::write(&public_file, &line).expect("written");
        let private_file = world.path("key");
        std::fs::write(&private_file, half).expect("written");
        let digest_file = world.path("digest");
        std::fs::write(&digest_file, format!("{}\n", sha256(&line))).expect("written");
        let shown = |path: &std::path::Path| path.display().to_string();
        let forms = [
            shown(&public_file),
            shown(&private_file),
            shown(&digest_file),
            sha256(&line),
            md5_plain(&line),
            md5_plain(&line).to_uppercase(),
            md5_colons(&line),
            format!("MD5:{}", md5_colons(&line)),
            line.clone(),
        ];
        for form in &forms {
            let output = find(&world, form, &[]).code(0);
            assert_eq!(addresses(&output), places, "{form}");
            let document = output.json();
            assert_eq!(document["complete"], true, "{form}");
            assert_eq!(
                document["key"]["fingerprint_sha256"],
                sha256(&line),
                "{form}"
            );
        }
        for input in [
            line.clone(),
            half.to_owned(),
            sha256(&line),
            format!("{}\r\n", md5_colons(&line)),
            format!("\n{line}\n"),
        ] {
            let output = world.run_with_input(&["find", "-", "-o", "json"], input.as_bytes());
            assert_eq!(addresses(&output.code(0)), places, "{input}");
        }
    }
}

#[test]
fn a_document_tells_by_what_each_place_was_recognised_and_what_rests_on_a_guess() {
    let world = served(&[]);
    let output = find(&world, &sha256(&rsa_line()), &[]).code(0);
    let document = output.json();
    for item in document["items"].as_array().expect("items") {
        let (by, form) = match item["cloud"].as_str() {
            // Shows no public key.
            Some("volcengine") => (json!("digest"), false),
            _ => (json!("exact"), true),
        };
        assert_eq!(item["match"], by, "{item}");
        assert_eq!(item["match_form"].is_null(), form, "{item}");
    }
    let key = &document["key"];
    assert_eq!(key["sought"], sha256(&rsa_line()));
    assert_eq!(key["type"], "ssh-rsa");
    assert_eq!(key["bits"], 3072);
    let own: Vec<String> = rsa_line().split(' ').take(2).map(str::to_owned).collect();
    let public = key["public_key"].as_str().expect("learned");
    assert!(public.starts_with(&own.join(" ")), "{public}");
    // 120 pairs of Volcengine, two of them this key.
    let warnings = texts(&document["warnings"]);
    let of_cloud = |text: &&String| text.contains("volcengine");
    let told = warnings.iter().find(of_cloud).expect("a warning");
    assert!(told.starts_with("118 keys are not this one"), "{told}");
    assert_eq!(document["unseen"], json!([]));
    assert_eq!(document["undecided"], json!([]));
    // All kinds of keys in all regions: 4 of Volcengine, 4 and the regions of Lighthouse, 4 and CodeArts.
    let searched = texts(&document["searched"]);
    for place in [
        "volcengine:env/ap-southeast-1/key-pair",
        "tencent:env/na-siliconvalley/key-pair",
        "tencent:env/ap-tokyo/lighthouse-key-pair",
        "huawei:env/ap-southeast-2/key-pair",
        "huawei:env/cn-north-4/codearts-key",
    ] {
        assert!(
            searched.contains(&place.to_owned()),
            "{place}: {searched:?}"
        );
    }
}

#[test]
fn usage_tells_what_would_lose_the_key() {
    let world = served(&[]);
    let output = find(&world, &md5_plain(&rsa_line()), &["--usage"]).code(0);
    let document = output.json();
    let items = document["items"].as_array().expect("items");
    let all = crate::fleet_world::keys();
    for item in items {
        let address = item["address"].as_str().expect("an address");
        let key = all.iter().find(|key| key.address("env") == address);
        let key = key.expect("planned");
        let holders = texts(&item["used_by"]);
        for id in &key.holders {
            let own = |holder: &&String| holder.ends_with(id.as_str());
            assert!(holders.iter().any(|holder| own(&holder)), "{id}: {item}");
        }
        // The user of CodeArts has the same key.
        let user = |holder: &&String| holder.contains("codearts-key");
        assert_eq!(holders.iter().filter(user).count(), 1, "{item}");
        assert_eq!(holders.len(), key.holders.len() + 1, "{item}");
    }
    assert_eq!(items.len(), 8);
}

#[test]
fn a_key_that_is_nowhere_is_not_found_only_where_all_was_seen() {
    let world = served(&["--fault", "huawei/cn-north-9.*@*=denied"]);
    let path = world.path("new");
    let path = path.to_str().expect("UTF-8");
    world.run(&["key", "generate", path]).code(0);
    let public = format!("{path}.pub");
    // Everything but the region that is closed.
    let seen = ["--on", "volcengine,tencent", "--on", "huawei/cn-north-4"];
    let output = find(&world, &public, &seen).code(5);
    let document = output.json();
    assert_eq!(document["complete"], true);
    assert_eq!(document["items"], json!([]));
    assert_eq!(document["unseen"], json!([]));
    assert!(texts(&document["warnings"])[0].contains("120 keys are not this one"));
    let document = find(&world, &public, &[]).code(10).json();
    assert_eq!(document["complete"], false);
    let closed = ("huawei:env/cn-north-9/key-pair", "permission");
    let closed = (closed.0.to_owned(), closed.1.to_owned());
    assert_eq!(unseen(&document), [closed]);
    let text = world.run(&["find", &public]).code(10);
    assert_eq!(text.stdout, "");
    assert!(text.stderr.contains("found nowhere that could be read"));
}

#[test]
fn a_digest_that_only_another_sort_could_be_compared_with_is_undecided() {
    let world = served(&[]);
    // Of no key of the fleet; Volcengine shows MD5 only.
    let unknown = format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(b"x")));
    let document = find(&world, &unknown, &[]).code(10).json();
    let undecided = document["undecided"].as_array().expect("a list");
    let count = |one: &Value| one["count"].as_u64().expect("a number");
    assert_eq!(undecided.iter().map(count).sum::<u64>(), 120);
    assert_eq!(undecided.len(), 4);
    assert_eq!(document["key"]["sought"], unknown);
    assert_eq!(document["key"]["public_key"], Value::Null);
    // An MD5 can be compared everywhere.
    let document = find(&world, &"00".repeat(16), &[]).code(5).json();
    assert_eq!(document["undecided"], json!([]));
    // A digest that Volcengine alone has finds its pair there.
    let list = ["volcengine", "key-pair", "list", "-o", "json"];
    let listed = world.run(&list).code(0).json();
    let items = listed["items"].as_array().expect("items");
    let alone = items.last().expect("one");
    let digest = alone["fingerprint_md5"].as_str().expect("a digest");
    let output = find(&world, digest, &[]).code(0);
    let own = alone["address"].as_str().expect("an address");
    assert_eq!(addresses(&output), [own]);
    let item = &output.json()["items"][0];
    assert_eq!(item["match"], "digest");
    assert_eq!(item["match_form"], Value::Null);
}

#[test]
fn formats_tell_the_same() {
    let world = served(&[]);
    let key = sha256(&ed25519_line());
    let places = sorted(ed25519_places("env"));
    let run = |format: &str| world.run(&["find", &key, "-o", format]).code(0).stdout;
    let names = run("names");
    assert_eq!(sorted(names.lines().map(str::to_owned)), places);
    let text = run("tsv");
    let tabs = |line: &str| line.matches('\t').count();
    let first = text.lines().next().map(tabs);
    assert!(text.lines().all(|line| Some(tabs(line)) == first));
    assert_eq!(text.lines().count(), places.len());
    let text = run("csv");
    assert_eq!(
        csv::Reader::from_reader(text.as_bytes())
            .records()
            .flatten()
            .count(),
        places.len()
    );
    let text = run("ndjson");
    let end: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert_eq!(end["kind"], "End");
    assert_eq!(end["key"]["fingerprint_sha256"], key.as_str());
    assert_eq!(text.lines().count(), 9);
    let query = ["--query", "items[?cloud=='tencent'].address"];
    let chosen = find(&world, &key, &query).code(0).json();
    let of_tencent = |place: &&String| place.starts_with("tencent");
    assert_eq!(
        chosen,
        json!(places.iter().filter(of_tencent).collect::<Vec<_>>())
    );
}
