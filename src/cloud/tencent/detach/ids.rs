//! What a user typed as ids, judged before anything is sent (spec tencent 0).

use crate::error::Error;
use crate::model::CloudId;

/// A kind of id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `skey-` and eight letters or digits.
    KeyPair,
    /// `ins-` and eight letters or digits.
    Instance,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::KeyPair => "a key pair",
            Self::Instance => "an instance",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::KeyPair => "skey-",
            Self::Instance => "ins-",
        }
    }
}

/// Ids of other things, which are taken for these by mistake.
const STRANGERS: [(&str, &str, &str); 4] = [
    (
        "skey-",
        "a key pair of CVM",
        "Key pairs go to --key-pair, instances to --instance.",
    ),
    (
        "ins-",
        "an instance of CVM",
        "Key pairs go to --key-pair, instances to --instance.",
    ),
    ("lhkp-", "a key pair of Lighthouse", LIGHTHOUSE),
    ("lhins-", "an instance of Lighthouse", LIGHTHOUSE),
];
const LIGHTHOUSE: &str =
    "Lighthouse has instances and key pairs of its own, which CVM knows nothing about.";

/// Refuses what cannot be an id of that kind. `Ok` with a warning: it does not have the usual
/// form, but only the service knows all forms.
pub(super) fn check(id: &str, kind: Kind) -> Result<Option<String>, Error> {
    let name = kind.name();
    let impossible = |c: char| c == '/' || c.is_whitespace() || c.is_control();
    if id.is_empty() || id.contains(impossible) {
        let id = id.escape_debug();
        let form = format!("Such an id looks like {}1a2b3c4d.", kind.prefix());
        return Err(Error::usage(format!("'{id}' cannot be the id of {name}"))
            .hint(form)
            .cloud(CloudId::Tencent));
    }
    let stranger = STRANGERS
        .iter()
        .find(|(prefix, ..)| *prefix != kind.prefix() && id.starts_with(prefix));
    if let Some((_, what, hint)) = stranger {
        return Err(Error::usage(format!("'{id}' is {what}, not {name} of CVM"))
            .hint(*hint)
            .cloud(CloudId::Tencent));
    }
    let rest = id.strip_prefix(kind.prefix());
    let usual = |rest: &str| {
        rest.len() == 8
            && rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    Ok((!rest.is_some_and(usual)).then(|| {
        format!(
            "'{id}' does not look like the id of {name} ({} and 8 lower-case letters or digits); asking the service all the same",
            kind.prefix()
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::{Kind, check};
    use crate::error::ErrorKind;

    #[test]
    fn the_usual_form_passes_in_silence_and_others_with_a_warning() {
        assert_eq!(check("skey-9p0o8i7u", Kind::KeyPair).ok(), Some(None));
        assert_eq!(check("ins-4t6y8u2i", Kind::Instance).ok(), Some(None));
        for id in [
            "skey-9P0O8I7U",
            "skey-1",
            "skey-9p0o8i7u9",
            "web-1",
            "SKEY-9p0o8i7u",
            "钥匙",
        ] {
            assert!(matches!(check(id, Kind::KeyPair), Ok(Some(_))), "{id}");
        }
        assert!(matches!(check("ins-123", Kind::Instance), Ok(Some(_))));
    }

    #[test]
    fn what_cannot_be_an_id_or_is_one_of_something_else_is_refused() {
        for id in [
            "",
            " ",
            "a b",
            "skey-9p0o8i7u\n",
            "a/b",
            "\u{7}",
            "ins-4t6y8u2i",
            "lhkp-1a2b3c4d",
            "lhins-1a2b3c4d",
        ] {
            let error = check(id, Kind::KeyPair).expect_err(id);
            assert_eq!(
                (error.kind, error.hints.len()),
                (ErrorKind::Usage, 1),
                "{id}"
            );
        }
        for id in ["skey-9p0o8i7u", "lhkp-1a2b3c4d", "lhins-1a2b3c4d"] {
            assert!(check(id, Kind::Instance).is_err(), "{id}");
        }
    }
}
