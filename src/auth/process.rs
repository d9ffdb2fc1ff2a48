//! Credentials that a program of the user's prints.
//!
//! The contract is the one that such programs follow for other clouds: one JSON object on standard
//! output, `{"Version": 1, "AccessKeyId": …, "SecretAccessKey": …, "SessionToken": …, "Expiration": …}`,
//! where the last two may be missing, or `"Token"` in place of the keys where a cloud has tokens.
//! `Expiration` is RFC 3339. What the program says on standard error goes to the user as it is.

use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::check::{broken, clean};
use super::{Credential, Process, Temporary};
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;
use crate::time::parse_instant;

/// No credential comes near this.
const LONGEST_ANSWER: u64 = 1 << 20;

/// How long the pipe of a program that has ended is read on.
const LAST_WORDS: Duration = Duration::from_millis(250);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    version: Option<u32>,
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    session_token: Option<String>,
    token: Option<String>,
    expiration: Option<String>,
}

/// Runs the program and reads what it prints. Nothing of its output gets into an error.
pub async fn run(cloud: CloudId, process: &Process) -> Result<Temporary, Error> {
    let program = process.command.first().map_or("", String::as_str);
    let complain = |why: String| {
        broken(cloud, format!("the credential process '{program}' {why}")).hint(
            "Run it by hand: it must print one JSON object with Version 1, AccessKeyId and SecretAccessKey, and end with 0.",
        )
    };
    let mut child = Command::new(program)
        .args(process.command.get(1..).unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| complain(format!("does not start: {error}")))?;
    let mut output = Vec::new();
    let pipe = child.stdout.take();
    let work = async {
        let mut pipe = pipe.map(|pipe| pipe.take(LONGEST_ANSWER + 1));
        let read = async {
            if let Some(pipe) = &mut pipe {
                pipe.read_to_end(&mut output).await?;
            }
            Ok::<(), std::io::Error>(())
        };
        let ended = tokio::select! {
            read = read => {
                read?;
                None
            }
            status = child.wait() => Some(status?),
        };
        if let Some(status) = ended {
            // What it started may hold the pipe open for long; its own words are in the pipe by now.
            if let Some(pipe) = &mut pipe {
                let rest = pipe.read_to_end(&mut output);
                let _ = tokio::time::timeout(LAST_WORDS, rest).await;
            }
            return Ok(status);
        }
        if output.len() as u64 > LONGEST_ANSWER {
            // Whoever still writes would wait for a reader for ever.
            child.start_kill()?;
        }
        child.wait().await
    };
    let status = match tokio::time::timeout(process.timeout, work).await {
        Ok(status) => status.map_err(|error| complain(format!("was lost: {error}")))?,
        Err(_) => {
            return Err(complain(format!(
                "did not end within {} s",
                process.timeout.as_secs_f32()
            )));
        }
    };
    if output.len() as u64 > LONGEST_ANSWER {
        return Err(complain("printed more than a credential".to_owned()));
    }
    if !status.success() {
        return Err(complain(match status.code() {
            Some(code) => format!("ended with {code}"),
            None => "was ended by a signal".to_owned(),
        }));
    }
    read(cloud, &output, &complain)
}

fn read(
    cloud: CloudId,
    output: &[u8],
    complain: &dyn Fn(String) -> Error,
) -> Result<Temporary, Error> {
    let output = output.strip_prefix(b"\xef\xbb\xbf").unwrap_or(output);
    // The text of the parser's error may quote what it read.
    let answer: Answer = serde_json::from_slice(output).map_err(|error| {
        complain(format!(
            "did not print one JSON object of the agreed form (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    if answer.version.is_some_and(|version| version != 1) {
        return Err(complain("speaks another version than 1".to_owned()));
    }
    let end = |text: &String| {
        parse_instant(text)
            .ok_or_else(|| complain("gave an Expiration that is no RFC 3339 time".to_owned()))
    };
    let expires_at = answer.expiration.as_ref().map(end).transpose()?;
    let cleaned = |member: &str, value: String| {
        let place = format!("{member} of the credential process");
        clean(cloud, &place, &value)?;
        Ok::<_, Error>(value)
    };
    let credential = match (answer.access_key_id, answer.secret_access_key, answer.token) {
        (Some(id), Some(secret), _) => Credential::AccessKey {
            id: cleaned("AccessKeyId", id)?,
            secret: Secret::new(cleaned("SecretAccessKey", secret)?),
            session_token: answer
                .session_token
                .filter(|token| !token.is_empty())
                .map(|token| cleaned("SessionToken", token).map(Secret::new))
                .transpose()?,
        },
        (None, None, Some(token)) if cloud == CloudId::Huawei => {
            Credential::Token(Secret::new(cleaned("Token", token)?))
        }
        _ => {
            return Err(complain(
                "printed no AccessKeyId with a SecretAccessKey".to_owned(),
            ));
        }
    };
    Ok(Temporary {
        credential,
        expires_at,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::run;
    use crate::auth::{Credential, Process, Temporary};
    use crate::error::Error;
    use crate::model::CloudId;

    async fn printed(cloud: CloudId, script: &str) -> Result<Temporary, Error> {
        let process = Process {
            command: ["sh", "-c", script].map(str::to_owned).to_vec(),
            timeout: Duration::from_secs(10),
        };
        run(cloud, &process).await
    }

    #[tokio::test]
    async fn the_agreed_form_is_read() {
        let script = r#"echo '{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"SK","SessionToken":"","Expiration":"2026-01-08T03:50:07Z","More":[1]}'"#;
        let held = printed(CloudId::Tencent, script).await.expect("good");
        assert_eq!(
            held.expires_at.map(|end| end.timestamp()),
            Some(1_767_844_207)
        );
        assert!(matches!(
            held.credential,
            Credential::AccessKey { id, session_token: None, .. } if id == "AK"
        ));
        // What it leaves behind is not waited for.
        let script = r#"sleep 2 & echo '{"AccessKeyId":"AK","SecretAccessKey":"SK"}'"#;
        assert!(printed(CloudId::Tencent, script).await.is_ok());
        let token = printed(CloudId::Huawei, r#"printf '{"Token":"T"}'"#).await;
        assert!(matches!(
            token.expect("good").credential,
            Credential::Token(_)
        ));
    }

    #[tokio::test]
    async fn whatever_else_happens_is_said_without_the_output() {
        for (script, says) in [
            ("echo canary", "did not print one JSON object"),
            (
                r#"echo '{"AccessKeyId":"canary' "#,
                "did not print one JSON object",
            ),
            (r#"echo '["canary"]'"#, "did not print one JSON object"),
            (r#"echo '{"AccessKeyId":"canary"}'"#, "no AccessKeyId with"),
            (r#"echo '{"Token":"canary"}'"#, "no AccessKeyId with"),
            (
                r#"echo '{"Version":2,"AccessKeyId":"a","SecretAccessKey":"canary"}'"#,
                "another version",
            ),
            (
                r#"echo '{"AccessKeyId":"a","SecretAccessKey":" canary"}'"#,
                "holds a blank",
            ),
            (
                r#"echo '{"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"canary"}'"#,
                "no RFC 3339 time",
            ),
            (
                r#"echo '{"AccessKeyId":"a","SecretAccessKey":"canary"}'; exit 1"#,
                "ended with 1",
            ),
            ("kill -9 $$", "by a signal"),
            ("", "did not print one JSON object"),
            ("head -c 3000000 /dev/zero", "more than a credential"),
        ] {
            let error = printed(CloudId::Volcengine, script)
                .await
                .expect_err(script);
            assert_eq!(error.exit_code(), 4, "{script}");
            assert!(error.message.contains(says), "{error} for {script}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn one_that_never_ends_is_ended() {
        let mut process = Process {
            command: ["sh", "-c", "exec sleep 600"].map(str::to_owned).to_vec(),
            timeout: Duration::from_millis(100),
        };
        let error = run(CloudId::Volcengine, &process).await.expect_err("late");
        assert!(
            error.message.contains("did not end within 0.1 s"),
            "{error}"
        );
        process.command = vec!["kpctl-no-such-program".to_owned()];
        let error = run(CloudId::Volcengine, &process).await.expect_err("none");
        assert!(error.message.contains("does not start"), "{error}");
    }
}
