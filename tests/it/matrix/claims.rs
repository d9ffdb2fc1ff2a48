//! What holds for every cell, whatever the table says: nothing is reported as done that is not,
//! nothing done is reported as failed, nothing is lost, and nothing is done twice.

use super::cell::Cell;
use super::effect::Effect;
use super::faults::{Fault, Word};
use super::table::{Repeat, Row};

/// No call is tried more often (`src/http/retry.rs`), but for one that is told that it is busy.
const TRIES: usize = 6;

/// What is untrue, blind or lost in this cell; empty if all is well.
pub(super) fn check(row: &Row, fault: &Fault, cell: &Cell) -> Vec<&'static str> {
    let mut broken = Vec::new();
    let mut claims = |all: &[(bool, &'static str)]| {
        broken.extend(
            all.iter()
                .filter(|(holds, _)| !holds)
                .map(|(_, name)| *name),
        );
    };
    claims(&of_the_whole(cell));
    for item in 0..cell.items.len() {
        claims(&of_an_item(cell, item));
    }
    claims(&of_repeats(row, fault, cell));
    claims(&of_private_keys(row, cell));
    broken
}

fn of_the_whole(cell: &Cell) -> [(bool, &'static str); 3] {
    let spoke = !cell.items.is_empty();
    [
        (
            cell.output.code != 0 || cell.effect == Effect::Yes,
            "a success has its whole effect",
        ),
        (spoke || cell.effect == Effect::No, "an effect is spoken of"),
        (spoke || cell.sent() == 0, "what was sent is spoken of"),
    ]
}

fn of_an_item(cell: &Cell, number: usize) -> [(bool, &'static str); 5] {
    let item = &cell.items[number];
    let has_error = item["error"].is_object();
    let class = item["result"].as_str().unwrap_or_default();
    let (is_done, is_failed) = (class == "done", class == "failed");
    // Of several items one may be done and another not: then the effect of all is in part.
    let alone = cell.items.len() == 1;
    [
        (
            is_done || is_failed || class == "open",
            "a result is one of three words",
        ),
        (
            !is_done
                || cell.effect == Effect::Yes
                || (cell.effect == Effect::Part && (has_error || !alone)),
            "what is done is there, and all of it unless an error says what is not",
        ),
        (
            !is_failed
                || cell.effect == Effect::No
                || (cell.effect == Effect::Part && (!alone || cell.warns_of_the_machine(item))),
            "what failed left nothing, or a warning says what",
        ),
        (is_done || has_error, "what is not done has a reason"),
        (
            !(is_done && has_error && alone) || cell.output.code != 0,
            "a later step that failed is no success",
        ),
    ]
}

/// A change goes again only when nothing happened by the service's own word, when it can do no harm
/// twice, or after a look.
fn of_repeats(row: &Row, fault: &Fault, cell: &Cell) -> [(bool, &'static str); 2] {
    let is_lost = matches!(fault.word, Word::LostBefore | Word::LostAfter);
    let is_blind = cell
        .requests
        .windows(2)
        .any(|pair| pair == ["sent", "sent"]);
    [
        (
            fault.is_until_late() || cell.sent() <= TRIES,
            "nothing is tried more than six times",
        ),
        (
            !(row.repeat == Repeat::AfterLook && is_lost && is_blind),
            "nothing is repeated blindly",
        ),
    ]
}

/// A private key is kept wherever its pair may be in the cloud, and where it is kept this is said.
fn of_private_keys(row: &Row, cell: &Cell) -> [(bool, &'static str); 3] {
    let makes = row.command.contains("--private-key-file");
    let in_cloud = row.command.contains("--cloud-generated");
    let is_done = cell.items.iter().all(|item| item["result"] == "done");
    let told = [&cell.output.stdout, &cell.output.stderr];
    let is_told = told.iter().any(|text| text.contains(" is kept: "));
    let is_lost = cell.items.iter().any(|item| {
        // Nobody looked when time was over.
        let hint = item["error"]["hint"].as_str().unwrap_or_default();
        item["error"]["code"] == "PrivateKeyLost" || hint.contains("nobody has its private key")
    });
    let is_made = cell.effect != Effect::No;
    // Who could not look warns of what may be, also where nothing is.
    let is_open = cell.items.iter().any(|item| item["result"] == "open");
    let may_be_warned = !is_made && is_open;
    [
        (
            !makes || in_cloud || (cell.keeps_key && !is_done) == is_told,
            "a private key that is kept is told of",
        ),
        (
            !makes || in_cloud || cell.keeps_key || !is_made,
            "a private key whose pair is there is kept",
        ),
        (
            !in_cloud || may_be_warned || is_lost == (is_made && !cell.keeps_key),
            "a private key that nobody has is told of",
        ),
    ]
}
