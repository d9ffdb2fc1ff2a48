//! Which word was meant.

use crate::error::Error;

/// Names the known word that was probably meant, or all of them.
pub fn suggest(error: Error, word: &str, known: &[&str]) -> Error {
    let near = known.iter().map(|other| (distance(word, other), *other));
    match near.min() {
        Some((away, other)) if away <= 3 && away < other.len() && away < word.len().max(2) => {
            error.hint(format!("Did you mean '{other}'?"))
        }
        _ => error.hint(format!("Known are {}.", known.join(", "))),
    }
}

/// How many letters have to be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    if one.len().abs_diff(other.len()) > 8 {
        return usize::MAX;
    }
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, letter) in one.chars().enumerate() {
        let mut before = row[0];
        row[0] = number + 1;
        for (at, same) in other.iter().enumerate() {
            let change = before + usize::from(letter != *same);
            before = row[at + 1];
            row[at + 1] = change.min(before + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_count_letters() {
        for (one, other, count) in [
            ("region", "region", 0),
            ("regoin", "region", 2),
            ("project_id", "project-id", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), count, "{one} {other}");
            assert_eq!(distance(other, one), count, "{other} {one}");
        }
    }
}
