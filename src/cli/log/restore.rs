//! For each step of a run that was done, the command that gives back what it took away; or why nothing
//! does.

use crate::journal::{Item, Run};
use crate::model::{Address, CloudId, Resource};

/// What gives a step back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Restore {
    /// A line for a shell.
    Command(String),
    /// Nothing does; why.
    Cannot(String),
    /// There is nothing to give back.
    Nothing,
}

/// What gives this item of a run back. `sandbox`: the run worked on the embedded cloud.
pub(super) fn restore(run: &Run, item: &Item, sandbox: bool) -> Restore {
    let Ok(address) = item.address.parse::<Address>() else {
        return Restore::Nothing;
    };
    let target = item.target.as_deref().and_then(|text| text.parse().ok());
    let maker = Maker {
        run,
        item,
        address: &address,
        sandbox,
    };
    match (item.status.as_deref(), target) {
        (Some("deleted"), None) => maker.import(),
        (Some("detached"), Some(machine)) => maker.attach(&machine),
        (Some("attached"), Some(machine)) => maker.detach(&machine),
        (Some("changed"), None) if address.resource == Resource::CphServer => maker.old_pair(),
        (Some("changed"), None) => {
            Restore::Cannot("the name or description before is not on record".to_owned())
        }
        (Some("created" | "imported"), None) => maker.delete(),
        (Some("scheduled"), None) => maker.key_state("cancel-deletion", item.was.as_deref()),
        (Some("disabled"), None) => maker.key_state("enable", None),
        (Some("enabled"), None) => maker.key_state("disable", None),
        (Some("cancelled"), None) => Restore::Cannot(
            "the day on which the key was to be destroyed is not on record: kpctl huawei kms-key \
             schedule-deletion ID --days N"
                .to_owned(),
        ),
        (None, _) => Restore::Cannot(
            "nobody knows whether it was done: look first, with find or show".to_owned(),
        ),
        _ => Restore::Nothing,
    }
}

/// Makes commands about one item.
struct Maker<'a> {
    run: &'a Run,
    item: &'a Item,
    address: &'a Address,
    sandbox: bool,
}

impl Maker<'_> {
    /// `kpctl CLOUD RESOURCE …`, with the words for a shell, in the scope of the item.
    fn line(&self, resource: Resource, words: &[&str]) -> String {
        let scope = &self.address.scope;
        let mut line = vec!["kpctl".to_owned()];
        if self.sandbox {
            line.push("--sandbox".to_owned());
        }
        line.extend([scope.cloud.to_string(), resource.to_string()]);
        line.extend(words.iter().map(|word| quoted(word)));
        if !self.sandbox {
            line.extend(["-p".to_owned(), quoted(&scope.profile)]);
        }
        line.extend(["-r".to_owned(), quoted(&scope.region)]);
        line.join(" ")
    }

    fn name(&self) -> &str {
        self.item.name.as_deref().unwrap_or(&self.address.id)
    }

    fn import(&self) -> Restore {
        let resource = self.address.resource;
        let words = match resource {
            Resource::KeyPair | Resource::LighthouseKeyPair => ["import", "-", "--name"],
            Resource::CodeartsKey => ["add", "-", "--title"],
            _ => return Restore::Nothing,
        };
        let line = self.line(resource, &[&words[..], &[self.name()]].concat());
        match &self.item.public_key {
            Some(key) => Restore::Command(format!("printf '%s\\n' {} | {line}", quoted(key))),
            None => Restore::Cannot(format!(
                "the key itself is not on record, because its cloud does not show it; from a copy of your \
                 own: {}",
                line.replacen(" - ", " FILE.pub ", 1)
            )),
        }
    }

    /// Where a pair gets a new id when it is imported again, it is looked up by its name.
    fn pair(&self) -> String {
        let has_new_id = self.address.scope.cloud == CloudId::Tencent;
        let is_deleted = |item: &&Item| {
            item.address == self.item.address
                && item.target.is_none()
                && item.status.as_deref() == Some("deleted")
        };
        let deleted = self.run.items.iter().find(is_deleted);
        match deleted {
            Some(deleted) if has_new_id => {
                let name = deleted.name.as_deref().unwrap_or(&self.address.id);
                let list = ["list", "--name", name, "-o", "names"];
                format!("\"$({})\"", self.line(self.address.resource, &list))
            }
            _ => quoted(&self.address.id),
        }
    }

    fn attach(&self, machine: &Address) -> Restore {
        let (cloud, resource) = (self.address.scope.cloud, self.address.resource);
        if cloud == CloudId::Huawei {
            let ends = [
                "attach",
                "--key-pair",
                &self.address.id,
                "--instance",
                &machine.id,
            ];
            return Restore::Cannot(format!(
                "the service asks for a credential of the machine: {}",
                self.line(resource, &ends)
            ));
        }
        let mut words = vec!["attach", "--instance", machine.id.as_str(), "--yes"];
        if (cloud, resource) == (CloudId::Tencent, Resource::KeyPair) {
            // A machine that is on has to be off for it.
            words.extend(["--stop", "soft", "--start"]);
        }
        let line = self.line(resource, &words);
        let line = line.replacen(
            " attach ",
            &format!(" attach --key-pair {} ", self.pair()),
            1,
        );
        Restore::Command(line)
    }

    fn detach(&self, machine: &Address) -> Restore {
        let (cloud, resource) = (self.address.scope.cloud, self.address.resource);
        let ends = [
            "detach",
            "--key-pair",
            &self.address.id,
            "--instance",
            &machine.id,
        ];
        let line = self.line(resource, &ends);
        if cloud == CloudId::Huawei {
            return Restore::Cannot(format!(
                "the service asks for a credential of the machine: {line}"
            ));
        }
        match &self.item.held {
            Some(held) if cloud == CloudId::Volcengine && !held.is_empty() => {
                let ends = [
                    "attach",
                    "--key-pair",
                    held,
                    "--instance",
                    &machine.id,
                    "--yes",
                ];
                Restore::Command(self.line(resource, &ends))
            }
            _ => Restore::Command(format!("{line} --yes")),
        }
    }

    fn old_pair(&self) -> Restore {
        match &self.item.held {
            Some(pair) if !pair.is_empty() => {
                let words = [
                    "change-key-pair",
                    &self.address.id,
                    "--key-pair",
                    pair,
                    "--yes",
                ];
                Restore::Command(self.line(self.address.resource, &words))
            }
            _ => Restore::Cannot("the pair that the server held is not on record".to_owned()),
        }
    }

    fn delete(&self) -> Restore {
        let words = ["delete", &self.address.id, "--yes"];
        Restore::Command(self.line(self.address.resource, &words))
    }

    fn key_state(&self, verb: &str, was: Option<&str>) -> Restore {
        let mut words = vec![verb, &self.address.id];
        if was == Some("enabled") {
            words.push("--enable");
        }
        if verb == "disable" {
            words.push("--yes");
        }
        Restore::Command(self.line(self.address.resource, &words))
    }
}

/// A word for a shell, in quotes where it needs them.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::{Restore, quoted, restore};
    use crate::journal::{Item, Run, State};

    fn run(items: Vec<Item>) -> Run {
        let at = chrono::DateTime::<Utc>::from_timestamp(1_790_000_000, 0).expect("a time");
        Run {
            id: "0123".to_owned(),
            at,
            until: at,
            command: "revoke".to_owned(),
            process: 1,
            state: State::Ended { exit_code: 0 },
            items,
            calls: Vec::new(),
        }
    }

    fn item(address: &str, target: Option<&str>, status: &str) -> Item {
        Item {
            address: address.to_owned(),
            target: target.map(str::to_owned),
            status: Some(status.to_owned()),
            ..Item::default()
        }
    }

    fn command(run: &Run, at: usize) -> String {
        match restore(run, &run.items[at], false) {
            Restore::Command(line) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_taken_away_is_given_back_in_order() {
        let pair = "tencent:prod/ap-tokyo/key-pair/skey-1";
        let machine = "tencent:prod/ap-tokyo/instance/ins-1";
        let mut deleted = item(pair, None, "deleted");
        deleted.public_key = Some("ssh-rsa AAAA it's".to_owned());
        deleted.name = Some("ops_1".to_owned());
        let run = run(vec![item(pair, Some(machine), "detached"), deleted]);
        assert_eq!(
            command(&run, 1),
            "printf '%s\\n' 'ssh-rsa AAAA it'\\''s' | kpctl tencent key-pair import - --name ops_1 -p prod -r ap-tokyo"
        );
        assert_eq!(
            command(&run, 0),
            "kpctl tencent key-pair attach --key-pair \"$(kpctl tencent key-pair list --name ops_1 -o names -p prod \
             -r ap-tokyo)\" --instance ins-1 --yes --stop soft --start -p prod -r ap-tokyo"
        );
    }

    #[test]
    fn what_cannot_be_given_back_is_said() {
        let run = run(vec![
            item("volcengine:env/cn-beijing/key-pair/web", None, "deleted"),
            item("volcengine:env/cn-beijing/key-pair/gone", None, "absent"),
            item("huawei:env/cn-north-4/kms-key/0d", None, "cancelled"),
            Item {
                status: None,
                ..item("volcengine:env/cn-beijing/key-pair/x", None, "")
            },
        ]);
        let Restore::Cannot(why) = restore(&run, &run.items[0], false) else {
            panic!("it can")
        };
        assert!(
            why.ends_with("import FILE.pub --name web -p env -r cn-beijing"),
            "{why}"
        );
        assert_eq!(restore(&run, &run.items[1], false), Restore::Nothing);
        for at in [2, 3] {
            assert!(matches!(
                restore(&run, &run.items[at], false),
                Restore::Cannot(_)
            ));
        }
    }

    #[test]
    fn states_and_servers_go_back() {
        let mut scheduled = item("huawei:env/cn-north-4/kms-key/0d", None, "scheduled");
        scheduled.was = Some("enabled".to_owned());
        let mut server = item("huawei:env/cn-north-4/cph-server/s-1", None, "changed");
        server.held = Some("phone".to_owned());
        let mut replaced = item(
            "volcengine:env/cn-beijing/key-pair/new",
            Some("volcengine:env/cn-beijing/instance/i-1"),
            "attached",
        );
        replaced.held = Some("old".to_owned());
        let run = run(vec![scheduled, server, replaced]);
        assert_eq!(
            command(&run, 0),
            "kpctl huawei kms-key cancel-deletion 0d --enable -p env -r cn-north-4"
        );
        assert_eq!(
            command(&run, 1),
            "kpctl huawei cph-server change-key-pair s-1 --key-pair phone --yes -p env -r cn-north-4"
        );
        assert_eq!(
            command(&run, 2),
            "kpctl volcengine key-pair attach --key-pair old --instance i-1 --yes -p env -r cn-beijing"
        );
    }

    #[test]
    fn words_for_a_shell_stay_one_word() {
        for (word, expected) in [
            ("web-1", "web-1"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$(rm)", "'$(rm)'"),
            ("a'b", "'a'\\''b'"),
            ("名", "'名'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
