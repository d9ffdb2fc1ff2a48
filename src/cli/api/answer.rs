//! What becomes of an answer: stdout without secrets, and files for what must not be lost.

use serde_json::Value;

use super::Api;
use crate::cli::Run;
use crate::cloud::raw::{RawAnswer, RawCall, RefusedItems};
use crate::error::{Error, ErrorKind};
use crate::io::Io;
use crate::output::Output;
use crate::secret::{self, Secret};
use crate::sshkey::file::NewFile;

impl Api {
    /// Makes the call, and puts its answer where it was asked for. Returns the exit code.
    pub(super) async fn send(
        &self,
        run: &Run<'_>,
        call: &(dyn RawCall + '_),
        output: &Output,
    ) -> Result<u8, Error> {
        let io = &run.context.io;
        // Before anything is sent: what is shown once must have a place.
        let place = self.private_key_file.as_ref().or(self.out.as_ref());
        let file = place.map(|path| NewFile::private(path)).transpose()?;
        let answer = call.send().await?;
        let lost = |error: Error| {
            let error = error
                .hint("The call was made, and its answer is lost: delete a key pair that it made.");
            error.with(|details| {
                details.kind = ErrorKind::Internal;
                details.request_id.clone_from(&answer.request_id);
            })
        };
        let mut value = match answer.value {
            RawAnswer::File(bytes) => {
                let Some(file) = file.filter(|_| self.out.is_some()) else {
                    return Err(Error::new(
                        ErrorKind::Internal,
                        format!(
                            "the answer is a file of {} bytes, which was not kept",
                            bytes.len()
                        ),
                    )
                    .code("AnswerIsFile")
                    .hint("Run it again with --out FILE."));
                };
                file.write(&bytes).map_err(lost)?;
                io.say(&format!("wrote the answer, {} bytes", bytes.len()));
                return Ok(0);
            }
            RawAnswer::Object(value) => value,
        };
        let refused = call.refused(&value);
        let ended = || refused.as_ref().map_or(0, |items| refusal(items, io));
        if let (Some(file), Some(path)) = (file, place) {
            if self.out.is_some() {
                let text = Secret::new(format!("{value:#}\n"));
                file.write_secret(&text).map_err(lost)?;
                io.say(&format!("wrote the answer to {}", path.display()));
                return Ok(ended());
            }
            match private_key(&value) {
                Some(key) => {
                    file.write_secret(&key).map_err(lost)?;
                    io.say(&format!("wrote the private key to {}", path.display()));
                }
                None => io.warn("the answer holds no private key, so that no file was written"),
            }
        }
        let hidden = secret::redact(&mut value);
        output.answer(&value, !call.nature().is_read, io)?;
        let hidden: Vec<_> = hidden
            .iter()
            .filter(|place| self.private_key_file.is_none() || !is_private_key(place))
            .map(String::as_str)
            .collect();
        if !hidden.is_empty() {
            io.hint(&format!(
                "Secrets are not shown ({}); --out FILE keeps them.",
                hidden.join(", ")
            ));
        }
        Ok(ended())
    }
}

/// Says that items were refused; the answer itself names them.
fn refusal(items: &RefusedItems, io: &Io) -> u8 {
    let (refused, of) = (items.kinds.len(), items.of);
    io.warn(&format!(
        "{refused} of {of} items were refused inside an answer that is a success"
    ));
    items.exit_code()
}

fn is_private_key(place: &str) -> bool {
    let last = place.rsplit('/').next().unwrap_or_default();
    last.replace('_', "").eq_ignore_ascii_case("privatekey")
}

/// The private key in an answer, as a file has it.
fn private_key(value: &Value) -> Option<Secret> {
    let inner = match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (true, Some(text)) = (is_private_key(name), value.as_str())
                    // Some answers say that there is none in a word (spec tencent 3).
                    && !matches!(text, "" | "null")
                {
                    // The line ends of some samples are two letters (spec volcengine 4.1).
                    let mut text = if text.contains('\n') {
                        text.to_owned()
                    } else {
                        text.replace("\\n", "\n")
                    };
                    if !text.ends_with('\n') {
                        text.push('\n');
                    }
                    return Some(Secret::new(text));
                }
            }
            fields.values().collect::<Vec<_>>()
        }
        Value::Array(items) => items.iter().collect(),
        _ => return None,
    };
    inner.into_iter().find_map(private_key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::private_key;

    #[test]
    fn a_private_key_is_found_and_written_as_files_have_it() {
        let found = |value| private_key(&value).map(|key| key.expose().to_owned());
        let nested = json!({"KeyPair": {"KeyId": "k", "PrivateKey": "a\nb\n"}});
        assert_eq!(found(nested).as_deref(), Some("a\nb\n"));
        let odd = json!({"keypair": [{"private_key": "a\\nb"}]});
        assert_eq!(found(odd).as_deref(), Some("a\nb\n"));
        for none in [
            json!({"PrivateKey": "null"}),
            json!({"PrivateKey": null}),
            json!([1]),
        ] {
            assert_eq!(found(none), None);
        }
    }
}
