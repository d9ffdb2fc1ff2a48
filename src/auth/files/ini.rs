//! INI as the vendors' SDKs read it, and no more: sections, `name = value`, whole-line comments.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::super::check::broken;
use super::json::Found;
use crate::error::Error;
use crate::model::CloudId;

/// A file of sections.
pub(super) struct Ini {
    file: String,
    sections: Vec<(String, Section)>,
}

/// The values of a section by name. Names are in lower case, as Python's reader has them.
type Section = BTreeMap<String, Zeroizing<String>>;

impl Ini {
    /// Reads the text of a file. A line that cannot be read may be a secret, so the error has its
    /// number only.
    pub(super) fn parse(cloud: CloudId, file: &str, text: &str) -> Result<Self, Error> {
        let mut sections: Vec<(String, Section)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let wrong = |why: &str| broken(cloud, format!("line {} of {file} {why}", number + 1));
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let header = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            if let Some(name) = header {
                let name = name.trim();
                // Python refuses what stands twice and Go takes the last: no guess is safe.
                if sections.iter().any(|(earlier, _)| earlier == name) {
                    return Err(wrong("begins a section that is there already"));
                }
                sections.push((name.to_owned(), Section::new()));
                continue;
            }
            let (name, value) = line
                .split_once('=')
                .ok_or_else(|| wrong("is neither '[section]' nor 'name = value' nor a comment"))?;
            let (_, section) = sections
                .last_mut()
                .ok_or_else(|| wrong("stands before the first '[section]'"))?;
            let value = Zeroizing::new(unquoted(value.trim()).to_owned());
            if section.insert(name.trim().to_lowercase(), value).is_some() {
                return Err(wrong("sets a name that is set already"));
            }
        }
        Ok(Self {
            file: file.to_owned(),
            sections,
        })
    }

    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Whether a section is there.
    pub(super) fn has(&self, section: &str) -> bool {
        self.section(section).is_some()
    }

    fn section(&self, name: &str) -> Option<&Section> {
        let found = self.sections.iter().find(|(section, _)| section == name);
        found.map(|(_, values)| values)
    }

    /// A value and its place. The empty text is no value.
    pub(super) fn found(&self, section: &str, name: &str) -> Found<'_> {
        let value = self.section(section).and_then(|values| values.get(name));
        Found {
            place: format!("{name} of [{section}] in {}", self.file),
            text: value
                .map(|value| value.as_str())
                .filter(|value| !value.is_empty()),
        }
    }
}

/// The vendors' samples show quotes, Go's reader takes them off, Python's keeps them: no key has any.
fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}
