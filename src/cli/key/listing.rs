//! What is told of keys on this machine.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::Run;
use crate::error::Error;
use crate::output::{Fields, Item, ListDocument, Output};
use crate::sshkey::{Form, PrivateKey, PublicKey};

/// A key, and where it stands.
pub(super) struct Listed {
    path: String,
    half: PublicKey,
    private: Option<PrivateKey>,
    /// The comment is behind a passphrase.
    comment_is_hidden: bool,
}

impl Listed {
    pub(super) fn public(path: &Path, half: PublicKey) -> Self {
        Self {
            path: path.display().to_string(),
            half,
            private: None,
            comment_is_hidden: false,
        }
    }

    /// A private key that was opened.
    pub(super) fn private(path: &Path, key: PrivateKey) -> Result<Self, Error> {
        let half = key.public()?;
        Ok(Self {
            private: Some(key),
            ..Self::public(path, half)
        })
    }

    /// A private key that is locked, of which the public half is seen.
    pub(super) fn locked(path: &Path, half: PublicKey) -> Self {
        Self {
            comment_is_hidden: true,
            ..Self::public(path, half)
        }
    }

    /// What is told; what is not known is null.
    fn fields(&self) -> Fields {
        let comment = (!self.comment_is_hidden).then(|| self.half.comment());
        let mut fields = vec![
            ("file", json!(self.path)),
            ("type", json!(self.half.kind())),
            ("bits", json!(self.half.bits())),
            ("comment", json!(comment)),
        ];
        fields.extend(Form::ALL.map(|form| {
            let fingerprint = match &self.private {
                Some(key) => key.fingerprint(form),
                None => self.half.fingerprint(form),
            };
            let text = fingerprint.map(|fingerprint| fingerprint.to_string());
            (form.word(), text.map_or(Value::Null, Value::String))
        }));
        fields
    }
}

/// Writes keys as a list; in documents the warnings are part of it, else they go to stderr.
pub(super) fn write(
    run: &Run<'_>,
    output: &Output,
    command: &str,
    keys: &[Listed],
    warnings: &[String],
) -> Result<(), Error> {
    let io = &run.context.io;
    if !output.is_document() {
        for warning in warnings {
            io.warn(warning);
        }
    }
    let document = ListDocument {
        kind: "List",
        command,
        items: keys.iter().map(|key| Item::local(key.fields())).collect(),
        warnings,
        endpoint: None,
        sandbox: false,
        is_single: false,
        reach: None,
    };
    output.list(&document, io)
}
