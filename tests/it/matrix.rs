//! Every command that changes something, under every fault of the operation that changes it.
//!
//! `tests/matrix/` holds the table: `commands.tsv` the rows, one file for each cloud the cells.
//! `docs/fault-matrix.md` is made from it. Both are rewritten with `TRYCMD=overwrite`.

mod cell;
mod claims;
mod effect;
mod faults;
mod page;
mod served;
mod table;

use std::fmt::Write as _;
use std::sync::Mutex;

use cell::Cell;
use faults::{FAULTS, Fault};
use table::Row;

/// So many cells of one command are measured at once; most of the time of each is waiting.
const AT_ONCE: usize = 8;

/// One test for each row, so that they run beside each other.
macro_rules! rows {
    ($($name:ident)+) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })+
        const TESTED: &[&str] = &[$(stringify!($name)),+];
    };
}

rows! {
    volcengine_import
    volcengine_create
    volcengine_create_in_cloud
    volcengine_update
    volcengine_delete
    volcengine_delete_two
    volcengine_attach
    volcengine_detach
    volcengine_attach_reboot
    volcengine_detach_reboot
    tencent_import
    tencent_create
    tencent_create_in_cloud
    tencent_update
    tencent_delete
    tencent_attach
    tencent_attach_by_force
    tencent_attach_and_stop
    tencent_attach_and_start
    tencent_detach
    tencent_detach_by_force
    lighthouse_import
    lighthouse_create_in_cloud
    lighthouse_delete
    lighthouse_attach
    lighthouse_attach_beside
    lighthouse_detach
    kps_import
    kps_create
    kps_create_in_cloud
    kps_describe
    kps_update
    kps_delete
    kps_attach
    kps_attach_stopped
    kps_attach_two
    kps_detach
    kps_clear_task
    kps_clear_tasks
    kms_schedule_deletion
    kms_cancel_deletion
    kms_cancel_and_enable
    kms_enable
    kms_disable
    cph_change
    cph_change_two
    codearts_add
    codearts_delete
}

#[test]
fn every_row_is_tested_and_every_change_of_the_client_has_a_row() {
    let rows = table::rows();
    let names: Vec<String> = rows.iter().map(|row| row.name.replace('-', "_")).collect();
    assert_eq!(names, TESTED);
    for (cloud, operation) in table::changes_of_the_client() {
        assert!(
            rows.iter()
                .any(|row| row.cloud == cloud && row.operation == operation),
            "no row for {cloud}.{operation}"
        );
    }
}

/// Measures a row and compares with the table; what has to hold for every cell is asserted besides.
fn check(test: &str) {
    let rows = table::rows();
    let row = rows
        .iter()
        .find(|row| row.name.replace('-', "_") == test)
        .expect("a row");
    let plain = Cell::plain(row);
    let cells = FAULTS.iter().filter(|fault| !is_long(fault, &plain));
    let cells = cells.map(|fault| (row, fault, &plain)).collect();
    measure(cells, AT_ONCE);
}

/// The cells that take seconds each, all of them waiting: for all rows at once.
#[test]
fn commands_that_wait_long() {
    let rows = table::rows();
    let plain = all_plain(&rows);
    let mut cells = Vec::new();
    for fault in FAULTS {
        let rows = rows.iter().zip(&plain);
        let long = rows.filter(|(_, plain)| is_long(fault, plain));
        cells.extend(long.map(|(row, plain)| (row, fault, plain)));
    }
    measure(cells, 4 * AT_ONCE);
}

fn all_plain(rows: &[Row]) -> Vec<Cell> {
    std::thread::scope(|scope| {
        let share = rows.len().div_ceil(AT_ONCE);
        let shares: Vec<_> = rows
            .chunks(share)
            .map(|rows| scope.spawn(|| rows.iter().map(Cell::plain).collect::<Vec<_>>()))
            .collect();
        let shares = shares.into_iter();
        shares
            .flat_map(|share| share.join().expect("every command works without a fault"))
            .collect()
    })
}

/// Whether it goes on until some time is over, or kpctl never hears from the sandbox and waits as it
/// does in a cloud.
fn is_long(fault: &Fault, plain: &Cell) -> bool {
    fault.is_until_late() || (fault.is_deaf() && plain.requests.first() == Some(&"sent"))
}

/// Measures cells, that many at once.
fn measure(cells: Vec<(&Row, &'static Fault, &Cell)>, at_once: usize) {
    let work = Mutex::new(cells.into_iter());
    let measured = Mutex::new(Measured::default());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((row, fault, plain)) = { work.lock().expect("no panic").next() } {
                    let cell = fault.fits(row).then(|| Cell::measure(row, fault, plain));
                    let mut measured = measured.lock().expect("no panic");
                    measured.add(row, fault, cell.as_ref());
                }
            });
        }
    });
    measured.into_inner().expect("no panic").check();
}

/// What was measured, and what is wrong with it.
#[derive(Default)]
struct Measured {
    cells: Vec<(String, String, &'static Fault, String)>,
    broken: String,
    /// One cell that breaks a claim, in full.
    example: String,
}

impl Measured {
    fn add(&mut self, row: &Row, fault: &'static Fault, cell: Option<&Cell>) {
        let shown = cell.map_or_else(|| "-".to_owned(), Cell::shown);
        for claim in cell.map_or_else(Vec::new, |cell| claims::check(row, fault, cell)) {
            let (name, rule) = (&row.name, fault.rule);
            writeln!(self.broken, "{name} under {rule}: {shown}: not so: {claim}")
                .expect("to memory");
            if self.example.is_empty() {
                self.example = format!("{cell:#?}");
            }
        }
        self.cells
            .push((row.cloud.clone(), row.name.clone(), fault, shown));
    }

    fn check(&self) {
        let wrong = table::compare(&self.cells);
        assert!(
            wrong.is_empty() && self.broken.is_empty(),
            "\n{wrong}{}{}",
            self.broken,
            self.example
        );
    }
}
