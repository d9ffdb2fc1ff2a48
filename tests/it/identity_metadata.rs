//! The role of the instance: asked for only when somebody says so, on its own wire, and given up in
//! bounded time.

use crate::fixture::{CANARY, World};
use crate::identity::{CLOUDS, VOLCENGINE, configured, count, keyless, list, profile};

fn asked(world: &World) -> bool {
    world
        .requests()
        .iter()
        .any(|name| name.starts_with("Metadata"))
}

#[test]
fn each_way_to_say_so_gives_the_role() {
    for cloud in CLOUDS {
        let text = profile("box", &cloud, "instance-role", &[]);
        let world = configured(&[], &text);
        let error = list(&world, &cloud, &[]).code(4).error();
        assert_eq!(error["code"], "NoCredentials", "{error}");
        assert_eq!(world.requests(), Vec::<String>::new(), "nobody said so");

        for (options, profile) in [
            (&["-p", "instance-role"][..], "instance-role"),
            (&["-p", "box"], "box"),
        ] {
            let before = count(&world, "MetadataCredentials");
            let output = list(&world, &cloud, options).code(0);
            let address = output.json()["items"][0]["address"].to_string();
            let wanted = format!("{}:{profile}/", cloud.name);
            assert!(address.contains(&wanted), "{address}");
            assert_eq!(
                count(&world, "MetadataCredentials"),
                before + 1,
                "{options:?}"
            );
        }
        let world = world.with("KPCTL_INSTANCE_ROLE", "1");
        list(&world, &cloud, &[]).code(0);
        assert_eq!(count(&world, "MetadataCredentials"), 3);
        let last = world.requests().pop();
        assert_eq!(last.as_deref(), Some(cloud.operation));
    }
}

#[test]
fn keys_of_the_environment_come_before_it() {
    for cloud in CLOUDS {
        let world = World::served(&[]).with("KPCTL_INSTANCE_ROLE", "1");
        list(&world, &cloud, &[]).code(0);
        assert!(!asked(&world), "{:?}", world.requests());
        let off = keyless(&[]).with("KPCTL_INSTANCE_ROLE", "0");
        list(&off, &cloud, &[]).code(4);
        assert!(!asked(&off));
    }
}

#[test]
fn the_region_of_the_environment_holds_unless_a_profile_is_named() {
    for (cloud, variable) in
        CLOUDS
            .iter()
            .zip(["VOLCENGINE_REGION", "TENCENTCLOUD_REGION", "HW_REGION_NAME"])
    {
        let world = keyless(&[])
            .with("KPCTL_INSTANCE_ROLE", "1")
            .with(variable, cloud.region);
        let command = [&[cloud.name], &cloud.list[..], &["-o", "json"]].concat();
        world.run(&command).code(0);
        let named = [&command[..], &["-p", "instance-role"]].concat();
        let error = world.run(&named).code(2).error();
        assert_eq!(error["code"], "NoRegion");
    }
}

#[test]
fn a_role_that_a_variable_names_is_not_looked_for() {
    for (cloud, variable) in CLOUDS
        .iter()
        .zip(["VOLCENGINE_ECS_METADATA", "TENCENTCLOUD_CAM_ROLE_NAME"])
    {
        let world = keyless(&[])
            .with("KPCTL_INSTANCE_ROLE", "1")
            .with(variable, "sandbox-role");
        list(&world, cloud, &[]).code(0);
        assert_eq!(count(&world, "MetadataRoleName"), 0);
        assert_eq!(count(&world, "MetadataCredentials"), 1);
        let wrong = world.with(variable, "no/such role");
        let error = list(&wrong, cloud, &[]).code(4).error();
        assert_eq!(error["code"], "NoInstanceRole", "{error}");
        let text = profile("box", cloud, "instance-role", &["role = \"sandbox-role\""]);
        let world = configured(&[], &text);
        list(&world, cloud, &["-p", "box"]).code(0);
        assert_eq!(count(&world, "MetadataRoleName"), 0);
    }
    let off = keyless(&[])
        .with("KPCTL_INSTANCE_ROLE", "1")
        .with("VOLCENGINE_ECS_METADATA_DISABLED", "true");
    list(&off, &VOLCENGINE, &[]).code(4);
    assert_eq!(off.requests(), Vec::<String>::new());
}

#[test]
fn an_instance_without_a_role_is_told_in_a_sentence() {
    for (number, quirk) in [
        (0, "no-instance-role"),
        (0, "volcengine-empty-role-list"),
        (1, "no-instance-role"),
        (2, "no-instance-role"),
        (2, "huawei-no-agency-401"),
    ] {
        let world = keyless(&["--quirk", quirk]);
        let error = list(&world, &CLOUDS[number], &["-p", "instance-role"])
            .code(4)
            .error();
        assert_eq!(error["code"], "NoInstanceRole", "{error}");
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains("metadata service gives no"), "{text}");
        assert!(!text.contains('\n') && !text.contains("HTTP 200"), "{text}");
        let hint = error["hint"].as_str().expect("a hint");
        assert!(hint.contains("role"), "{hint}");
        assert!(asked(&world));
    }
}

#[test]
fn huaweis_older_instances_know_no_tokens() {
    let world = keyless(&["--quirk", "huawei-metadata-without-tokens"]);
    list(&world, &CLOUDS[2], &["-p", "instance-role"]).code(0);
    assert_eq!(
        world.requests()[..2],
        ["MetadataToken", "MetadataCredentials"]
    );
}

#[test]
fn one_that_hangs_is_given_up() {
    let given_up = |(number, operation): (usize, &str)| {
        let world = keyless(&["--fault", &format!("{operation}@*=slow:60000")]);
        let options = ["-p", "instance-role", "--timeout", "50s"];
        let error = list(&world, &CLOUDS[number], &options).code(4).error();
        assert_eq!(error["code"], "NoMetadata", "{error}");
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains("no answer within 3 s"), "{text}");
    };
    // Each waits three times for three seconds.
    std::thread::scope(|scope| {
        for case in [
            (0, "volcengine.MetadataToken"),
            (1, "tencent.MetadataRoleName"),
            (2, "huawei.MetadataCredentials"),
        ] {
            scope.spawn(move || given_up(case));
        }
    });
}

#[test]
fn a_passing_failure_is_tried_again() {
    for (number, operation) in [
        (0, "volcengine.MetadataToken"),
        (1, "tencent.MetadataCredentials"),
        (2, "huawei.MetadataCredentials"),
    ] {
        let world = keyless(&["--fault", &format!("{operation}@1=500")]);
        list(&world, &CLOUDS[number], &["-p", "instance-role"]).code(0);
    }
}

#[test]
fn no_proxy_is_asked_for_it() {
    for cloud in CLOUDS {
        let mut world = keyless(&[]);
        for name in [
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "https_proxy",
            "http_proxy",
            "ALL_PROXY",
        ] {
            world = world.with(name, "http://127.0.0.1:1");
        }
        list(&world, &cloud, &["-p", "instance-role"]).code(0);
    }
}

#[test]
fn it_is_on_this_machine_or_at_the_clouds_own_address() {
    for cloud in CLOUDS {
        let name = format!("KPCTL_ENDPOINT_URL_{}_METADATA", cloud.name.to_uppercase());
        let world = keyless(&[]).with(&name, "https://metadata.example.com");
        let error = list(&world, &cloud, &["-p", "instance-role"]).error();
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains("only be on this machine")),
            "{error}"
        );
        assert_eq!(world.requests(), Vec::<String>::new());
        // One of its own on this machine is asked, whatever the cloud's services are.
        let here = format!("http://127.0.0.1:{}", world.port());
        let all = world
            .with(&name, &here)
            .with("KPCTL_ENDPOINT_URL", "http://127.0.0.1:1");
        list(&all, &cloud, &["-p", "instance-role", "--timeout", "20s"]);
        assert_eq!(count(&all, "MetadataCredentials"), 1);
        let by_option = [
            "-p",
            "instance-role",
            "--endpoint-url",
            "http://127.0.0.1:1",
        ];
        list(
            &all,
            &cloud,
            &[&by_option[..], &["--timeout", "20s"]].concat(),
        );
        assert_eq!(count(&all, "MetadataCredentials"), 2);
        let broken = keyless(&[]).with("VOLCENGINE_SECRET_KEY", CANARY);
        list(&broken, &cloud, &["-p", "instance-role"]).code(0);
    }
}
