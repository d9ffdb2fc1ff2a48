//! What a user typed as ids, judged before anything is sent (spec tencent 0).

use super::cvm::Cvm;
use super::lighthouse::Lighthouse;
use super::product::Product;
use crate::error::Error;
use crate::model::CloudId;

/// A kind of id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a key pair.
    KeyPair,
    /// Of an instance.
    Instance,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::KeyPair => "a key pair",
            Self::Instance => "an instance",
        }
    }

    fn prefix<P: Product>(self) -> &'static str {
        match self {
            Self::KeyPair => P::KEY_PREFIX,
            Self::Instance => P::INSTANCE_PREFIX,
        }
    }
}

/// Ids of other things, which are taken for these by mistake.
const STRANGERS: [(&str, &str); 4] = [
    (Cvm::KEY_PREFIX, "a key pair of CVM"),
    (Cvm::INSTANCE_PREFIX, "an instance of CVM"),
    (Lighthouse::KEY_PREFIX, "a key pair of Lighthouse"),
    (Lighthouse::INSTANCE_PREFIX, "an instance of Lighthouse"),
];

/// Refuses what cannot be an id of that kind. `Ok` with a warning: it does not have the usual
/// form, but only the service knows all forms.
pub(super) fn check<P: Product>(id: &str, kind: Kind) -> Result<Option<String>, Error> {
    let (name, prefix) = (kind.name(), kind.prefix::<P>());
    let impossible = |c: char| c == '/' || c.is_whitespace() || c.is_control();
    if id.is_empty() || id.contains(impossible) {
        let id = id.escape_debug();
        let form = format!("Such an id looks like {prefix}1a2b3c4d.");
        return Err(Error::usage(format!("'{id}' cannot be the id of {name}"))
            .hint(form)
            .cloud(CloudId::Tencent));
    }
    let stranger = STRANGERS
        .iter()
        .find(|(other, _)| *other != prefix && id.starts_with(other));
    if let Some((other, what)) = stranger {
        let hint = if [P::KEY_PREFIX, P::INSTANCE_PREFIX].contains(other) {
            format!("The id of {name} starts with {prefix}.")
        } else {
            "CVM (key-pair) and Lighthouse (lighthouse-key-pair) have key pairs and instances of \
             their own, and know nothing of each other's."
                .to_owned()
        };
        let product = P::NAME;
        return Err(
            Error::usage(format!("'{id}' is {what}, not {name} of {product}"))
                .hint(hint)
                .cloud(CloudId::Tencent),
        );
    }
    let rest = id.strip_prefix(prefix);
    let usual = |rest: &str| {
        rest.len() == 8
            && rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    Ok((!rest.is_some_and(usual)).then(|| {
        format!(
            "'{id}' does not look like the id of {name} ({prefix} and 8 lower-case letters or digits); asking the service all the same"
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::{Kind, check};
    use crate::cloud::tencent::cvm::Cvm;
    use crate::cloud::tencent::lighthouse::Lighthouse;
    use crate::error::ErrorKind;

    #[test]
    fn the_usual_form_passes_in_silence_and_others_with_a_warning() {
        assert_eq!(
            check::<Cvm>("skey-9p0o8i7u", Kind::KeyPair).ok(),
            Some(None)
        );
        assert_eq!(
            check::<Cvm>("ins-4t6y8u2i", Kind::Instance).ok(),
            Some(None)
        );
        for id in [
            "skey-9P0O8I7U",
            "skey-1",
            "skey-9p0o8i7u9",
            "web-1",
            "SKEY-9p0o8i7u",
            "钥匙",
        ] {
            assert!(
                matches!(check::<Cvm>(id, Kind::KeyPair), Ok(Some(_))),
                "{id}"
            );
        }
        assert!(matches!(
            check::<Cvm>("ins-123", Kind::Instance),
            Ok(Some(_))
        ));
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
            let error = check::<Cvm>(id, Kind::KeyPair).expect_err(id);
            assert_eq!(
                (error.kind, error.hints.len()),
                (ErrorKind::Usage, 1),
                "{id}"
            );
        }
        for id in ["skey-9p0o8i7u", "lhkp-1a2b3c4d", "lhins-1a2b3c4d"] {
            assert!(check::<Cvm>(id, Kind::Instance).is_err(), "{id}");
        }
    }
    #[test]
    fn each_product_has_ids_of_its_own() {
        for (id, kind) in [
            ("lhkp-1a2b3c4d", Kind::KeyPair),
            ("lhins-1a2b3c4d", Kind::Instance),
        ] {
            assert_eq!(check::<Lighthouse>(id, kind).ok(), Some(None));
        }
        for id in ["skey-9p0o8i7u", "ins-4t6y8u2i", "lhins-1a2b3c4d"] {
            assert!(check::<Lighthouse>(id, Kind::KeyPair).is_err(), "{id}");
        }
        assert!(check::<Lighthouse>("ins-4t6y8u2i", Kind::Instance).is_err());
    }
}
