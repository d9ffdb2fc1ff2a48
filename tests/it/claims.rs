//! What a change claims is what the cloud has, whatever becomes of its request or its answer.

use serde_json::Value;

use crate::fixture::World;

/// Where the key of a new pair goes.
const NEW_FILE: &str = "NEW_FILE";
const PASSWORD_FILE: &str = "PASSWORD_FILE";
const KEY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/keys/rsa-3072-openssh.pub"
);

/// Operations, and the commands that send them. The five commands of `trouble.rs` are not here.
const CHANGES: &[(&str, &str)] = &[
    (
        "volcengine.ImportKeyPair",
        "volcengine key-pair import KEY --name claim",
    ),
    (
        "volcengine.ImportKeyPair",
        "volcengine key-pair create claim --private-key-file NEW_FILE",
    ),
    (
        "volcengine.CreateKeyPair",
        "volcengine key-pair create claim --private-key-file NEW_FILE --cloud-generated",
    ),
    (
        "volcengine.ModifyKeyPairAttribute",
        "volcengine key-pair update ci-deploy --description claim",
    ),
    (
        "volcengine.AttachKeyPair",
        "volcengine key-pair attach --key-pair ci-deploy --instance i-ycstage0001 --yes",
    ),
    (
        "volcengine.DetachKeyPair",
        "volcengine key-pair detach --key-pair staging --instance i-ycstage0001 --yes --allow-lockout",
    ),
    (
        "tencent.ImportKeyPair",
        "tencent key-pair import KEY --name claim",
    ),
    (
        "tencent.DeleteKeyPairs",
        "tencent key-pair delete skey-1a2b3c4d --yes",
    ),
    (
        "tencent.ModifyKeyPairAttribute",
        "tencent key-pair update skey-7h2k9m4q --description claim",
    ),
    (
        "tencent.AssociateInstancesKeyPairs",
        "tencent key-pair attach --key-pair skey-7h2k9m4q --instance ins-5r7e9w1q --yes",
    ),
    (
        "tencent.CreateKeyPair",
        "tencent key-pair create claim --private-key-file NEW_FILE --cloud-generated",
    ),
    (
        "tencent.ImportKeyPair",
        "tencent lighthouse-key-pair import KEY --name claim",
    ),
    (
        "tencent.DisassociateInstancesKeyPairs",
        "tencent lighthouse-key-pair detach --key-pair lhkp-5f2c7o4p --instance lhins-7v4c1x8z --yes \
         --allow-lockout",
    ),
    (
        "huawei.CreateKeypair",
        "huawei key-pair import KEY --name claim",
    ),
    (
        "huawei.CreateKeypair",
        "huawei key-pair create claim --private-key-file NEW_FILE --cloud-generated",
    ),
    (
        "huawei.DeleteKeypair",
        "huawei key-pair delete KeyPair-dev_01 --yes",
    ),
    (
        "huawei.UpdateKeypairDescription",
        "huawei key-pair update KeyPair-dev_01 --description claim",
    ),
    (
        "huawei.AssociateKeypair",
        "huawei key-pair attach --key-pair KeyPair-dev_01 \
         --instance 3c9a7e55-3e3f-4b2e-9c73-2e8f4d9e3003 --password-file PASSWORD_FILE --yes",
    ),
    (
        "huawei.DeleteKey",
        "huawei kms-key schedule-deletion 3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5 --days 7 --yes",
    ),
    (
        "huawei.EnableKey",
        "huawei kms-key enable 4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6 --yes",
    ),
    (
        "huawei.DisableKey",
        "huawei kms-key disable 3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5 --yes",
    ),
    (
        "huawei.AddSshKey",
        "huawei codearts-key add KEY --title claim",
    ),
];

/// What one change came to.
struct Claim {
    about: String,
    code: i32,
    class: String,
    error: Value,
    has_effect: bool,
    keeps_key: bool,
}

impl Claim {
    fn of(operation: &str, command: &str, fault: &str) -> Self {
        let world = World::served(&["--fault", &format!("{operation}@{fault}")]);
        std::fs::write(world.path(PASSWORD_FILE), "Sandbox-2026\n").expect("a file");
        let place = |name| world.path(name).display().to_string();
        let words: Vec<String> = command
            .split_whitespace()
            .map(|word| match word {
                NEW_FILE | PASSWORD_FILE => place(word),
                "KEY" => KEY.to_owned(),
                _ => word.to_owned(),
            })
            .collect();
        let before = world.state();
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.extend(["-o", "json", "--timeout", "5s"]);
        let output = world.run(&arguments);
        let item = &output.json()["items"][0];
        Self {
            about: format!("{command} under {fault}: {output:#?}"),
            code: output.code,
            class: item["result"].as_str().unwrap_or_default().to_owned(),
            error: item["error"].clone(),
            has_effect: world.state() != before,
            keeps_key: std::fs::metadata(world.path(NEW_FILE)).is_ok_and(|file| file.len() > 0),
        }
    }

    fn check(&self) {
        let about = &self.about;
        match self.class.as_str() {
            "done" => assert!(self.has_effect, "done without effect: {about}"),
            "failed" => assert!(!self.has_effect, "failed with an effect: {about}"),
            class => assert_eq!(class, "open", "{about}"),
        }
        assert!(
            self.code != 0 || self.has_effect,
            "a success without effect: {about}"
        );
        if self.code != 0 {
            assert!(self.error.is_object(), "no reason is given: {about}");
        }
        if about.contains("--private-key-file") && !about.contains("--cloud-generated") {
            assert_eq!(
                self.keeps_key && self.class != "done",
                about.contains(" is kept: "),
                "{about}"
            );
            assert!(
                self.keeps_key || !self.has_effect,
                "the key is lost: {about}"
            );
        }
    }
}

/// Runs every change under a fault of its operation.
fn check_all(fault: &str) -> Vec<Claim> {
    let claim = |(operation, command): &(&str, &str)| {
        let claim = Claim::of(operation, command, fault);
        claim.check();
        claim
    };
    CHANGES.iter().map(claim).collect()
}

#[test]
fn of_a_request_that_was_lost() {
    for claim in check_all("*=reset-before") {
        assert!(!claim.has_effect && claim.code != 0, "{}", claim.about);
    }
}

#[test]
fn of_an_answer_that_was_lost() {
    for claim in check_all("1=reset-after") {
        // Read back, or an open end: a private key of the cloud's own is lost for good.
        let is_lost = claim.error["code"] == "PrivateKeyLost";
        assert!(claim.has_effect, "{}", claim.about);
        assert_eq!(
            is_lost,
            claim.about.contains("--cloud-generated"),
            "{}",
            claim.about
        );
    }
}

#[test]
fn of_an_answer_that_nobody_understands() {
    for claim in check_all("1=broken-json") {
        assert!(claim.has_effect, "{}", claim.about);
    }
}

#[test]
fn of_a_service_that_fails() {
    for claim in check_all("*=500") {
        assert!(!claim.has_effect && claim.code != 0, "{}", claim.about);
    }
}

#[test]
fn of_a_change_that_is_denied() {
    for claim in check_all("*=denied") {
        assert!(!claim.has_effect && !claim.keeps_key, "{}", claim.about);
        assert_eq!(
            (claim.code, claim.class.as_str()),
            (4, "failed"),
            "{}",
            claim.about
        );
    }
}
