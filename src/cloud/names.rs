//! The legal name that is nearest to a wanted one: what one cloud calls a key, another may not.

/// What names of a kind are made of: ASCII letters and digits, and these.
pub(super) struct Alphabet {
    /// Other letters that may stand between them.
    pub(super) separators: &'static [char],
    /// The one that stands for whatever is not allowed.
    pub(super) filler: char,
    /// Longest name.
    pub(super) longest: usize,
}

impl Alphabet {
    /// The nearest name: what is not allowed becomes the filler, of separators in a row the first is left,
    /// and none at the ends. `None` when there is no letter in it.
    pub(super) fn nearest(&self, wanted: &str) -> Option<String> {
        let mut name = String::new();
        let mut is_after_separator = true;
        for letter in wanted.chars() {
            if letter.is_ascii_alphanumeric() {
                name.push(letter);
                is_after_separator = false;
            } else if !is_after_separator {
                let known = self.separators.contains(&letter);
                name.push(if known { letter } else { self.filler });
                is_after_separator = true;
            }
        }
        // Only ASCII is left, so that any place is one to cut at.
        name.truncate(self.longest);
        let end = name.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        name.truncate(end.len());
        (!name.is_empty()).then_some(name)
    }
}
