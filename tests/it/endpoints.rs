//! Where requests go: the order of options and variables, and what may be named.

use crate::fixture::World;

const DELETE: [&str; 7] = [
    "volcengine",
    "key-pair",
    "delete",
    "ghost",
    "--yes",
    "-o",
    "json",
];

#[test]
fn the_more_exact_name_wins() {
    let world = World::served(&[]);
    let good = format!("http://127.0.0.1:{}", world.port());
    // Nothing listens on the discard port of this machine.
    let bad = "http://127.0.0.1:9";
    let order = [
        "KPCTL_ENDPOINT_URL",
        "KPCTL_ENDPOINT_URL_VOLCENGINE",
        "KPCTL_ENDPOINT_URL_VOLCENGINE_ECS",
    ];
    let mut world = world;
    for name in order {
        world = world.with(name, bad);
        world
            .run(&[&DELETE[..], &["--timeout", "1s"]].concat())
            .code(7);
        world = world.with(name, &good);
        let output = world.run(&DELETE).code(0);
        assert_eq!(
            output.json()["endpoint"],
            good,
            "a document names an endpoint that is not the vendor's"
        );
    }
    let with_option = [&DELETE[..], &["--endpoint-url", bad, "--timeout", "1s"]].concat();
    world.run(&with_option).code(7);
}

#[test]
fn the_variable_for_all_clouds_names_only_this_machine() {
    let world = World::served(&[]).with("KPCTL_ENDPOINT_URL", "https://gateway.example.com");
    let error = world.run(&DELETE).code(2).error();
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("only name this machine")),
        "{error}"
    );
    let world = world.with("KPCTL_ENDPOINT_URL", "http://10.0.0.1:80");
    world.run(&DELETE).code(2);
    let world = world
        .with("KPCTL_ENDPOINT_URL", "")
        .with("KPCTL_ENDPOINT_URL_VOLCENGINE", "http://10.0.0.1");
    let error = world.run(&DELETE).code(2).error();
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|text| text.contains("KPCTL_ENDPOINT_URL_VOLCENGINE")),
        "{error}"
    );
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn a_proxy_is_never_used_for_this_machine() {
    let world = World::served(&[])
        .with("HTTPS_PROXY", "http://127.0.0.1:9")
        .with("HTTP_PROXY", "http://127.0.0.1:9")
        .with("ALL_PROXY", "http://127.0.0.1:9");
    world.run(&DELETE).code(0);
    let embedded = World::sandboxed().with("HTTP_PROXY", "http://127.0.0.1:9");
    embedded.run(&DELETE).code(0);
}

#[test]
fn the_sandbox_ignores_what_is_set_outside() {
    let world = World::sandboxed()
        .with("VOLCENGINE_ACCESS_KEY", "")
        .with("KPCTL_ENDPOINT_URL", "http://127.0.0.1:9")
        .with("VOLCENGINE_REGION", "cn-nowhere");
    let output = world.run(&DELETE).code(0);
    assert_eq!(
        output.json()["items"][0]["address"],
        "volcengine:sandbox/cn-beijing/key-pair/ghost"
    );
    assert!(output.json().get("endpoint").is_none());
}
