//! `docs/fault-matrix.md`, made from the table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::faults::FAULTS;
use super::table;
use crate::identity::CLOUDS;

const START: &str =
    "<!-- made from tests/matrix: TRYCMD=overwrite cargo test the_page_of_faults -->\n";

#[test]
fn the_page_of_faults_is_made_from_the_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fault-matrix.md");
    let page = fs::read_to_string(&file).expect("the page");
    let (head, _) = page.split_once(START).expect("where the tables start");
    let made = format!("{head}{START}{}", tables());
    if table::rewrites() && made != page {
        fs::write(&file, &made).expect("written");
    } else {
        assert_eq!(page, made, "run this test with TRYCMD=overwrite");
    }
}

/// For each command a table of its faults; those that end alike share a line.
fn tables() -> String {
    let mut text = String::new();
    for cloud in CLOUDS {
        writeln!(text, "\n## {}", cloud.name).expect("to memory");
        let cells = table::cells(cloud.name);
        for row in table::rows().iter().filter(|row| row.cloud == cloud.name) {
            write!(
                text,
                "\n### {}\n\n`kpctl {} {}`: `{}`\n\n| status | exit | requests | effect | faults |\n|---|---|---|---|---|\n",
                row.name, row.cloud, row.command, row.operation
            )
            .expect("to memory");
            let own = cells.get(&row.name).expect("a row of the table");
            let mut ends: Vec<(&str, Vec<String>)> = Vec::new();
            for fault in FAULTS.iter().filter(|fault| own[fault.rule] != "-") {
                let (end, fault) = (own[fault.rule].as_str(), format!("`{}`", fault.rule));
                match ends.iter_mut().find(|(other, _)| *other == end) {
                    Some((_, faults)) => faults.push(fault),
                    None => ends.push((end, vec![fault])),
                }
            }
            for (end, faults) in ends {
                let (end, faults) = (end.replace(' ', " | "), faults.join(" "));
                writeln!(text, "| {end} | {faults} |").expect("to memory");
            }
        }
    }
    text
}
