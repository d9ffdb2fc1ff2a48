//! Many places in one word: `CLOUD[:PROFILE][/REGION[/RESOURCE]]`, in which `*` stands for any letters.

use std::fmt;

use super::{CloudId, Pattern, Resource};
use crate::error::Error;

/// What a pattern looks like, for hints.
const FORM: &str = "A scope is CLOUD[:PROFILE][/REGION[/RESOURCE]], as in 'volcengine', 'tencent:prod/ap-*', '*:*'.";

/// One or many places that a key can be.
#[derive(Clone, Debug)]
pub struct ScopePattern {
    text: String,
    /// What stands before the regions.
    pub whose: Whose,
    /// The region; `None` is every region.
    pub region: Option<Name>,
    /// The kinds of thing; `None` leaves it to the command.
    pub resources: Option<Vec<Resource>>,
}

/// Which accounts a pattern means.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Accounts of these clouds.
    Clouds {
        /// The clouds.
        clouds: Vec<CloudId>,
        /// Whether they were named by a pattern: one without credentials is left out then.
        is_wild: bool,
        /// The profile; `None` is the one that a command without `-p` works with.
        profile: Option<Name>,
    },
    /// A word without a colon that is no cloud: a group of profiles, or one profile.
    Named(String),
}

/// A name, or a pattern for names.
#[derive(Clone, Debug)]
pub enum Name {
    /// This one.
    Exact(String),
    /// All that fit.
    Wild(String, Pattern),
}

impl Name {
    fn new(text: &str) -> Self {
        if text.contains(['*', '?']) {
            Self::Wild(text.to_owned(), Pattern::new(text))
        } else {
            Self::Exact(text.to_owned())
        }
    }

    /// Whether a name fits.
    pub fn fits(&self, name: &str) -> bool {
        match self {
            Self::Exact(text) => text == name,
            Self::Wild(_, pattern) => pattern.fits(name),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Exact(text) | Self::Wild(text, _)) = self;
        formatter.write_str(text)
    }
}

impl ScopePattern {
    /// Everything that the credentials of all clouds show.
    pub fn everywhere() -> Self {
        Self {
            text: "*".to_owned(),
            whose: Whose::Clouds {
                clouds: CloudId::ALL.to_vec(),
                is_wild: true,
                profile: None,
            },
            region: None,
            resources: None,
        }
    }

    /// Whether it names the place; profiles of a [`Whose::Named`] are not known here.
    pub fn fits_region(&self, region: &str) -> bool {
        self.region.as_ref().is_none_or(|name| name.fits(region))
    }
}

impl fmt::Display for ScopePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::str::FromStr for ScopePattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let complain = |why: &str| {
            let text = text.escape_debug();
            Error::usage(format!("'{text}' is no scope: {why}")).hint(FORM)
        };
        let mut parts = text.split('/');
        let whose = parts.next().unwrap_or_default();
        let (region, resource) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(complain("it has more than three parts")
                .hint("An address of one thing is no scope: leave its last part out."));
        }
        if whose.is_empty() || region == Some("") || resource == Some("") {
            return Err(complain("a part of it is empty"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '*' | '?');
        let letters = "names are made of letters, digits, '.', '_' and '-'";
        if !region.unwrap_or_default().chars().all(plain) {
            return Err(complain(letters));
        }
        let whose = match whose.split_once(':') {
            Some((_, "")) => return Err(complain("the profile is empty")),
            Some((cloud, profile)) => {
                if !profile.chars().all(plain) {
                    return Err(complain(letters));
                }
                let (clouds, is_wild) = clouds(cloud).map_err(|error| error.hint(FORM))?;
                Whose::Clouds {
                    clouds,
                    is_wild,
                    profile: Some(Name::new(profile)),
                }
            }
            None if !whose.chars().all(plain) => return Err(complain(letters)),
            None => match clouds(whose) {
                Ok((clouds, is_wild)) => Whose::Clouds {
                    clouds,
                    is_wild,
                    profile: None,
                },
                Err(error) if whose.contains(['*', '?']) => return Err(error.hint(FORM)),
                Err(_) => Whose::Named(whose.to_owned()),
            },
        };
        Ok(Self {
            text: text.to_owned(),
            whose,
            region: region.map(Name::new),
            resources: resource.map(resources).transpose()?,
        })
    }
}

/// The clouds that a word means, and whether it is a pattern.
fn clouds(text: &str) -> Result<(Vec<CloudId>, bool), Error> {
    let text = text.to_ascii_lowercase();
    let name = Name::new(&text);
    if let Name::Exact(name) = &name {
        return Ok((vec![name.parse()?], false));
    }
    let fitting = CloudId::ALL.into_iter();
    let fitting: Vec<CloudId> = fitting.filter(|cloud| name.fits(cloud.name())).collect();
    if fitting.is_empty() {
        let known = CloudId::ALL.map(CloudId::name).join(", ");
        return Err(Error::usage(format!("no cloud fits '{text}': {known}")));
    }
    Ok((fitting, true))
}

fn resources(text: &str) -> Result<Vec<Resource>, Error> {
    let name = Name::new(text);
    let fitting = Resource::ALL.into_iter();
    let fitting: Vec<Resource> = fitting
        .filter(|resource| *resource != Resource::Task && name.fits(resource.name()))
        .collect();
    if fitting.is_empty() {
        let known = Resource::ALL.iter().filter(|one| **one != Resource::Task);
        let known: Vec<&str> = known.map(|one| one.name()).collect();
        let text = text.escape_debug();
        return Err(Error::usage(format!(
            "no kind of thing is called '{text}': {}",
            known.join(", ")
        ))
        .hint(FORM));
    }
    Ok(fitting)
}

#[cfg(test)]
mod tests {
    use super::{Name, ScopePattern, Whose};
    use crate::model::{CloudId, Resource};

    fn parsed(text: &str) -> ScopePattern {
        text.parse().expect(text)
    }

    #[test]
    fn a_scope_has_one_to_four_parts() {
        let scope = parsed("volc");
        assert!(
            matches!(&scope.whose, Whose::Clouds { clouds, is_wild: false, profile: None } if *clouds == [CloudId::Volcengine])
        );
        assert!(scope.region.is_none() && scope.resources.is_none());

        let scope = parsed("Tencent:prod*/ap-*/*key-pair");
        let Whose::Clouds {
            profile: Some(profile),
            ..
        } = &scope.whose
        else {
            panic!("{scope:?}")
        };
        assert!(profile.fits("prod-1") && !profile.fits("dev"));
        assert!(scope.fits_region("ap-tokyo") && !scope.fits_region("eu-moscow"));
        assert_eq!(
            scope.resources.as_deref(),
            Some(&[Resource::KeyPair, Resource::LighthouseKeyPair][..])
        );

        let everything = parsed("*:*/*");
        assert!(
            matches!(&everything.whose, Whose::Clouds { clouds, is_wild: true, .. } if clouds.len() == 3)
        );
        assert!(matches!(parsed("fleet/cn-north-4").whose, Whose::Named(name) if name == "fleet"));
        assert!(matches!(
            parsed("huawei/cn-north-4").region,
            Some(Name::Exact(_))
        ));
    }

    #[test]
    fn what_is_no_scope_is_said() {
        for text in [
            "",
            "volcengine:",
            ":prod",
            "aws:prod",
            "a*",
            "volcengine/",
            "volcengine//key-pair",
            "volcengine/cn-beijing/",
            "volcengine/cn-beijing/keypair",
            "volcengine/cn-beijing/task",
            "volcengine:env/cn-beijing/key-pair/web-1",
            "volcengine:a b",
            "volcengine/cn\n",
            "火山引擎",
        ] {
            let error = text.parse::<ScopePattern>().expect_err(text);
            assert_eq!(error.exit_code(), 2, "{text}");
        }
    }
}
