//! A world of its own for each test: empty environment, temporary folders, and the sandbox, either
//! embedded in each command or served by a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use assert_cmd::cargo::CommandCargoExt;
use kpctl::sandbox::credentials as fake;
use serde_json::Value;
use tempfile::TempDir;

/// What one command did.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// The document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}) in {self:#?}"))
    }

    /// The `Error` document on stderr.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        assert_eq!(
            self.stdout, "",
            "an error before any change prints nothing on stdout: {self:#?}"
        );
        let line = self.stderr.lines().last().unwrap_or_default();
        let document: Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("no error document in {self:#?}"));
        assert_eq!(document["kind"], "Error");
        document["error"].clone()
    }

    /// `id status` of each item, or `id@target status`.
    #[track_caller]
    pub(crate) fn statuses(&self) -> Vec<String> {
        let document = self.json();
        let items = document["items"].as_array().expect("items").iter();
        let line = |item: &Value| {
            let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
            let target = text("target");
            let on = target
                .rsplit('/')
                .next()
                .filter(|id| !id.is_empty())
                .map(|id| format!("@{id}"));
            format!(
                "{}{} {}",
                text("id"),
                on.unwrap_or_default(),
                text("status")
            )
        };
        items.map(line).collect()
    }

    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert_eq!(self.code, expected, "{self:#?}");
        self
    }
}

/// A folder, an environment, and perhaps a served sandbox.
pub(crate) struct World {
    folder: TempDir,
    environment: Vec<(String, String)>,
    served: Option<Served>,
    outputs: std::cell::RefCell<String>,
    /// Files with secrets that the test itself wrote.
    inputs: std::cell::RefCell<Vec<PathBuf>>,
}

struct Served {
    /// `None`: the test itself serves it.
    process: Option<Child>,
    port: u16,
}

impl World {
    /// Nothing is set: no credentials, no sandbox.
    pub(crate) fn empty() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            environment: Vec::new(),
            served: None,
            outputs: std::cell::RefCell::default(),
            inputs: std::cell::RefCell::default(),
        }
    }

    /// Every command works on an embedded sandbox that keeps its state in this world.
    pub(crate) fn sandboxed() -> Self {
        Self::empty().with("KPCTL_SANDBOX", "1")
    }

    /// A sandbox in a process of its own, with credentials and endpoint in the environment.
    pub(crate) fn served(arguments: &[&str]) -> Self {
        let mut world = Self::empty();
        let mut process = world
            .command(&[&["sandbox", "serve", "--port", "0"], arguments].concat())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("kpctl starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("a line");
        let port = line
            .trim()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("'{line}' names no port"));
        world.served = Some(Served {
            process: Some(process),
            port,
        });
        let exports = world
            .run(&["sandbox", "env", "--port", &port.to_string()])
            .code(0)
            .stdout;
        for pair in exports.lines() {
            let (name, value) = pair
                .trim_start_matches("export ")
                .split_once('=')
                .expect("NAME=VALUE");
            world = world.with(name, value);
        }
        world.outputs.borrow_mut().clear();
        world
    }

    /// A sandbox that the test itself serves; nothing in the environment names it.
    pub(crate) fn beside(port: u16) -> Self {
        let mut world = Self::empty();
        world.served = Some(Served {
            process: None,
            port,
        });
        world
    }

    /// Sets a variable for the commands to come.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a variable away.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file for its owner alone that may hold secrets: when all is over they are looked for
    /// everywhere else. The path is the answer.
    pub(crate) fn secret_file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("makes the folder");
        std::fs::write(&path, text).expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("sets");
        let shown = path.display().to_string();
        self.inputs.borrow_mut().push(path);
        shown
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("kpctl").expect("the binary is built");
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("KPCTL_STATE_DIR", self.path("state"))
            .env("KPCTL_CACHE_DIR", self.path("cache"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path());
        command
    }

    /// Runs a command without a terminal and without input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, b"")
    }

    /// Runs a command with one more variable, or another value of one.
    pub(crate) fn run_with(&self, name: &str, value: &str, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command.env(name, value);
        self.finish(command, b"")
    }

    /// Runs a command with this on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Output {
        self.finish(self.command(arguments), input)
    }

    fn finish(&self, mut command: Command, input: &[u8]) -> Output {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kpctl starts");
        // A command that does not read its input closes the pipe.
        let _ = process.stdin.take().expect("piped").write_all(input);
        let done = process.wait_with_output().expect("kpctl ends");
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        let output = Output {
            code: done.status.code().unwrap_or(-1),
            stdout: text(done.stdout),
            stderr: text(done.stderr),
        };
        for text in [&output.stdout, &output.stderr] {
            self.outputs.borrow_mut().push_str(text);
        }
        output
    }

    /// The API requests that the served sandbox has seen, as `Operation` names in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        let names = self.journal().into_iter();
        names
            .map(|request| request["operation"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The same with all that the sandbox knows of each.
    pub(crate) fn journal(&self) -> Vec<Value> {
        serde_json::from_str(&self.get("/_sandbox/requests")).expect("a list")
    }

    /// The whole state of the served sandbox.
    pub(crate) fn state(&self) -> Value {
        serde_json::from_str(&self.get("/_sandbox/state")).expect("JSON")
    }

    /// Replaces the state of the served sandbox.
    pub(crate) fn set_state(&self, state: &Value) {
        let body = state.to_string();
        let head = format!(
            "POST /_sandbox/state HTTP/1.1\r\nContent-Length: {}\r\n",
            body.len()
        );
        let answer = self.exchange(&format!("{head}{}{body}", self.tail()));
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }

    fn get(&self, path: &str) -> String {
        let answer = self.exchange(&format!("GET {path} HTTP/1.1\r\n{}", self.tail()));
        answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
    }

    fn tail(&self) -> String {
        format!(
            "Host: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port()
        )
    }

    pub(crate) fn is_served(&self) -> bool {
        self.served.is_some()
    }

    pub(crate) fn port(&self) -> u16 {
        self.served.as_ref().expect("a served sandbox").port
    }

    fn exchange(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).expect("connects");
        stream.write_all(request.as_bytes()).expect("writes");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("reads");
        answer
    }
}

/// Secrets that must never come out: the sandbox's own, and one that tests plant.
pub(crate) const CANARY: &str = "canary-secret-that-must-not-come-out";
const SECRETS: [&str; 18] = [
    CANARY,
    fake::ISSUED_MARK,
    fake::VOLCENGINE_SECRET_KEY,
    fake::VOLCENGINE_TEMPORARY_SECRET_KEY,
    fake::VOLCENGINE_TEMPORARY_TOKEN,
    fake::VOLCENGINE_OIDC_TOKEN,
    fake::TENCENT_SECRET_KEY,
    fake::TENCENT_TEMPORARY_SECRET_KEY,
    fake::TENCENT_TEMPORARY_TOKEN,
    fake::TENCENT_OIDC_TOKEN,
    fake::HUAWEI_SECRET_KEY,
    fake::HUAWEI_TEMPORARY_SECRET_KEY,
    fake::HUAWEI_TEMPORARY_TOKEN,
    fake::HUAWEI_AUTH_TOKEN,
    fake::HUAWEI_IAM_PASSWORD,
    fake::HUAWEI_OIDC_TOKEN,
    WRONG_TOKEN,
    WRONG_PASSWORD,
];
/// A token and a password that are good nowhere, and secret all the same.
pub(crate) const WRONG_TOKEN: &str = "wrong-token-that-must-not-come-out";
pub(crate) const WRONG_PASSWORD: &str = "wrong-password-that-must-not-come-out";

/// The secrets of the vendors' files that tests copy.
static OF_VENDOR_FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut texts = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vendor-files");
    read_files(Path::new(folder), &mut texts);
    texts.retain(|(place, _)| !place.ends_with("README.md"));
    let words = texts
        .iter()
        .flat_map(|(_, text)| text.split(['"', '=', ' ', '\n']));
    // Key ids begin with these; masked, they may be shown. A session's name is none either.
    let is_public = |word: &&str| {
        ["AK", "NOTREAL", "trn:"]
            .iter()
            .any(|one| word.starts_with(one))
    };
    let secrets = words.filter(|word| word.contains("not-real") && !is_public(word));
    secrets.map(str::to_owned).collect()
});

impl Drop for World {
    fn drop(&mut self) {
        if let Some(mut process) = self.served.take().and_then(|served| served.process) {
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            return;
        }
        let mut texts = vec![("output".to_owned(), self.outputs.take())];
        read_files(self.folder.path(), &mut texts);
        let inputs = self.inputs.take();
        texts.retain(|(place, _)| !inputs.iter().any(|input| Path::new(place) == input));
        assert!(OF_VENDOR_FILES.len() > 20, "the files were read");
        for (place, text) in texts {
            let of_files = OF_VENDOR_FILES.iter().map(String::as_str);
            for secret in SECRETS.into_iter().chain(of_files) {
                assert!(!text.contains(secret), "a secret came out in {place}");
            }
            assert!(
                !text.contains("Signature="),
                "a signature came out in {place}"
            );
        }
    }
}

fn read_files(folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_files(&path, texts);
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            texts.push((
                path.display().to_string(),
                String::from_utf8_lossy(&bytes).into_owned(),
            ));
        }
    }
}
