//! Questions on a terminal: what is typed is not shown, and the terminal is given back as it was.

#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::time::Duration;

use kpctl::sandbox::credentials as fake;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::fixture::World;

/// A terminal with a command on it.
pub(crate) struct Terminal {
    person: File,
    pub(crate) child: Child,
    pub(crate) shown: String,
}

impl Terminal {
    pub(crate) fn run(world: &World, arguments: &[&str]) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&person).expect("granted");
        unlockpt(&person).expect("unlocked");
        let name = ptsname(&person, Vec::new()).expect("a name");
        let name = name.to_str().expect("plain").to_owned();
        let side = || {
            let mut options = File::options();
            OwnedFd::from(options.read(true).write(true).open(&name).expect("opens"))
        };
        let child = world
            .command(arguments)
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .expect("kpctl starts");
        Self {
            person: File::from(person),
            child,
            shown: String::new(),
        }
    }

    fn echoes(&self) -> bool {
        let modes = tcgetattr(&self.person).expect("modes");
        modes.local_modes.contains(LocalModes::ECHO)
    }

    /// Reads until this is shown.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let mut bytes = [0; 1024];
        while !self.shown.contains(text) {
            let count = self.person.read(&mut bytes).expect("still there");
            self.shown
                .push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    }

    /// Waits until the echo is off: a question is being asked.
    fn wait_for_question(&mut self, text: &str) {
        self.wait_for(text);
        while self.echoes() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.person.write_all(text.as_bytes()).expect("typed");
    }

    /// The exit code, and all that was shown.
    pub(crate) fn end(mut self) -> (i32, String) {
        let mut rest = Vec::new();
        // A terminal whose other side is closed ends in an error, not in an end.
        let _ = self.person.read_to_end(&mut rest);
        self.shown.push_str(&String::from_utf8_lossy(&rest));
        let status = self.child.wait().expect("it ends");
        (status.code().unwrap_or(-1), self.shown)
    }
}

#[test]
fn a_signal_at_a_hidden_question_gives_the_echo_back() {
    let world = World::empty();
    let mut terminal = Terminal::run(&world, &["key", "generate", "k", "--passphrase"]);
    terminal.wait_for_question("New passphrase");
    // Keeps the terminal alive, to look at it afterwards.
    let pid = Pid::from_child(&terminal.child);
    kill_process(pid, Signal::TERM).expect("sent");
    let status = terminal.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(143));
    assert!(terminal.echoes());
    assert!(!world.path("k").exists());
}

#[test]
fn a_new_passphrase_is_typed_twice_and_never_shown() {
    let world = World::empty();
    let mut terminal = Terminal::run(&world, &["key", "generate", "k", "--passphrase"]);
    for (question, answer) in [
        ("New passphrase", "first-secret"),
        ("The same again", "other-secret"),
        ("once more", "third-secret"),
    ] {
        terminal.wait_for_question(question);
        if question == "once more" {
            terminal.wait_for_question("once more.\r\nNew passphrase");
        }
        terminal.types(&format!("{answer}\n"));
    }
    terminal.shown.clear();
    terminal.wait_for_question("The same again");
    terminal.types("third-secret\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("-secret"), "{shown}");
    let text = std::fs::read_to_string(world.path("k")).expect("written");
    assert!(text.contains("OPENSSH PRIVATE KEY"));
}

#[test]
fn a_password_that_nobody_wrote_down_is_asked_for_once() {
    let world = World::served(&[])
        .without("HUAWEICLOUD_SDK_AK")
        .without("HUAWEICLOUD_SDK_SK");
    let profile = format!(
        "[profiles.ops]\ncloud = \"huawei\"\nregion = \"{}\"\n[profiles.ops.credentials]\n\
         source = \"password\"\nuser = \"{}\"\ndomain-name = \"{}\"\n",
        fake::HUAWEI_REGION,
        fake::HUAWEI_IAM_USER,
        fake::HUAWEI_DOMAIN_NAME
    );
    let file = world.path("config.toml");
    std::fs::write(&file, profile).expect("written");
    let world = world.with("KPCTL_CONFIG", file.to_str().expect("plain"));
    let list = ["huawei", "kms-key", "list", "-p", "ops", "-o", "json"];
    let mut terminal = Terminal::run(&world, &list);
    terminal.wait_for_question("Password of");
    terminal.types(&format!("{}\n", fake::HUAWEI_IAM_PASSWORD));
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(fake::HUAWEI_IAM_PASSWORD), "{shown}");
    let tokens = world
        .requests()
        .iter()
        .filter(|name| name.contains("Token"))
        .count();
    assert_eq!(tokens, 1);
    // Without a person the command says what is missing, and sends nothing.
    let output = world.run(&list).code(4);
    assert!(output.stderr.contains("nobody can be asked"), "{output:#?}");
}
