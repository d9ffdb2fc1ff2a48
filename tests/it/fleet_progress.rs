//! The line that tells how far a command over many places is: on a terminal, while it lasts, and nowhere else.

#![cfg(unix)]

use crate::fixture::World;
use crate::fleet_served::served;
use crate::terminal::Terminal;

/// What a person sees at the end of this: no escapes, and each line as it was written over last.
fn seen(shown: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut letters = shown.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // ESC [ numbers letter
            letters.find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    let line = |text: &str| {
        let mut line: Vec<char> = Vec::new();
        for piece in text.split('\r') {
            for (at, letter) in piece.chars().enumerate() {
                match line.get_mut(at) {
                    Some(old) => *old = letter,
                    None => line.push(letter),
                }
            }
        }
        line.into_iter().collect::<String>().trim_end().to_owned()
    };
    plain.split('\n').map(line).collect()
}

fn slow() -> World {
    served(&["--fault", "tencent/ap-tokyo.*@*=slow:1500"])
}

#[test]
fn it_is_there_while_a_slow_region_is_waited_for_and_gone_at_the_end() {
    for (term, no_color) in [("xterm-256color", ""), ("dumb", ""), ("xterm", "1")] {
        let world = slow().with("TERM", term).with("NO_COLOR", no_color);
        for command in [
            &["ls", "--on", "tencent"][..],
            &["snapshot", "--on", "tencent"],
            &["audit", "--on", "tencent"],
        ] {
            let mut terminal = Terminal::run(&world, command);
            terminal.wait_for(" places, ");
            terminal.wait_for(" requests");
            let (_, shown) = terminal.end();
            let left = seen(&shown);
            assert!(left.len() > 10, "{left:#?}");
            assert!(
                !left.iter().any(|line| line.contains(" places, ")),
                "{left:#?}"
            );
            assert!(
                !left.iter().any(String::is_empty) || left.last().is_some_and(String::is_empty)
            );
        }
    }
}

#[test]
fn it_names_who_is_waited_for() {
    let world = served(&["--fault", "tencent/ap-tokyo.*@*=hang"]);
    let mut terminal = Terminal::run(&world, &["ls", "--on", "tencent", "--timeout", "4s"]);
    terminal.wait_for("waiting for tencent/ap-tokyo");
    let (code, shown) = terminal.end();
    assert_eq!(code, 10, "{shown}");
    assert!(
        shown.contains("not read: tencent:env/ap-tokyo/key-pair"),
        "{shown}"
    );
}

#[test]
fn it_is_nowhere_without_a_terminal_nor_with_quiet_nor_beside_the_trace() {
    let world = slow();
    let output = world.run(&["ls", "--on", "tencent"]).code(0);
    for text in [&output.stdout, &output.stderr] {
        assert!(
            !text.contains(" places, ") && !text.contains('\r') && !text.contains('\u{1b}'),
            "{text:?}"
        );
    }
    let (code, shown) = Terminal::run(&world, &["ls", "--on", "tencent", "-q"]).end();
    assert_eq!(code, 0);
    assert!(!shown.contains(" places, "), "{shown:?}");
    let (code, shown) = Terminal::run(&world, &["ls", "--on", "tencent", "-v"]).end();
    assert_eq!(code, 0);
    assert!(!shown.contains(" places, "), "{shown:?}");
    // What is over at once shows none.
    let world = served(&[]);
    let (code, shown) = Terminal::run(
        &world,
        &["ls", "--on", "tencent/ap-guangzhou", "-o", "names"],
    )
    .end();
    assert_eq!(code, 0);
    assert!(!shown.contains(" places, "), "{shown:?}");
}
