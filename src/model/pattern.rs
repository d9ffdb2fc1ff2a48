//! Names with wildcards: `*` for any letters, `?` for one.

/// A pattern for names; a text without wildcards fits itself only.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<char>);

impl Pattern {
    /// Takes the pattern over; every text is one.
    pub fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    /// Whether a name fits, letter for letter.
    pub fn fits(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let pattern = &self.0;
        let (mut at, mut seen) = (0, 0);
        // Where to go on when a `*` has to take one letter more.
        let mut again = None;
        while seen < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    again = Some((at + 1, seen));
                    at += 1;
                }
                Some(letter) if *letter == '?' || *letter == name[seen] => {
                    at += 1;
                    seen += 1;
                }
                _ => {
                    let Some((after_star, taken)) = again else {
                        return false;
                    };
                    (at, seen) = (after_star, taken + 1);
                    again = Some((after_star, taken + 1));
                }
            }
        }
        pattern[at..].iter().all(|letter| *letter == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn wildcards_fit_what_they_should() {
        for (pattern, name, fits) in [
            ("web-1", "web-1", true),
            ("web-1", "web-10", false),
            ("web-*", "web-", true),
            ("web-*", "web-1/a", true),
            ("*-prod", "a-prod-prod", true),
            ("*a*b", "xaybzb", true),
            ("*a*b", "xaybz", false),
            ("w?b", "web", true),
            ("w?b", "wb", false),
            ("构*", "构建机", true),
            ("", "", true),
            ("", "a", false),
            ("**", "", true),
            ("Web", "web", false),
        ] {
            assert_eq!(Pattern::new(pattern).fits(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        let pattern = Pattern::new(&"*a".repeat(500));
        assert!(!pattern.fits(&"a".repeat(499)));
        assert!(!pattern.fits(&format!("{}b", "a".repeat(5_000))));
    }
}
