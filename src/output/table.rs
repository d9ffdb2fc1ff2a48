//! Rows for people and for shells.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, Table, Width};

use crate::error::{Error, ErrorKind};
use crate::io::escaped;

/// What a spreadsheet takes for the beginning of a formula, some only after they have thrown away
/// what stands in front.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A header and rows of the same length.
pub(super) type Rows = (Vec<&'static str>, Vec<Vec<String>>);

/// Aligned columns without lines; a column that is empty in all rows is left out.
pub(super) fn aligned((header, rows): Rows) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let used: Vec<usize> = (0..header.len())
        .filter(|&column| column == 0 || rows.iter().any(|row| !row[column].is_empty()))
        .collect();
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(used.iter().map(|&column| header[column]));
    for row in &rows {
        table.add_row(
            used.iter()
                .map(|&column| escaped(&row[column]).replace('\n', " ")),
        );
    }
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end().trim_start());
        text.push('\n');
    }
    text
}

/// Aligned columns of rows that come piece by piece: what was written stays, and columns only grow.
#[derive(Debug)]
pub(super) struct Growing {
    header: Vec<&'static str>,
    widths: Vec<u16>,
}

impl Growing {
    pub(super) fn new(header: Vec<&'static str>) -> Self {
        Self {
            header,
            widths: Vec::new(),
        }
    }

    /// The next rows as text, under the header if they are the first.
    pub(super) fn piece(&mut self, rows: &[Vec<String>]) -> String {
        let mut table = Table::new();
        table.load_style(NOTHING);
        if self.widths.is_empty() {
            table.set_header(&self.header);
        }
        for row in rows {
            table.add_row(row.iter().map(|cell| escaped(cell).replace('\n', " ")));
        }
        let contents = table.column_max_content_widths();
        self.widths.resize(contents.len().max(self.widths.len()), 0);
        for (index, (width, content)) in self.widths.iter_mut().zip(contents).enumerate() {
            *width = (*width).max(content);
            if let Some(column) = table.column_mut(index) {
                let padded = *width + column.padding_width();
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(padded)));
            }
        }
        let mut text = String::new();
        for line in table.lines() {
            text.push_str(line.trim());
            text.push('\n');
        }
        text
    }
}

/// Full values between tabs; tabs, line breaks and backslashes inside a value are escaped.
pub(super) fn tabbed(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped_cell(cell)).collect();
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

fn escaped_cell(cell: &str) -> String {
    let cell = cell
        .replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r");
    escaped(&cell)
}

/// Comma-separated values with a header. A cell that a spreadsheet would run as a formula gets a
/// quote in front.
pub(super) fn comma_separated(header: &[&str], rows: &[Vec<String>]) -> Result<String, Error> {
    let complain = |text: String| Error::new(ErrorKind::Internal, text);
    let mut writer = csv::Writer::from_writer(Vec::new());
    // An empty list has no columns, and the next rows of a longer one have their header already.
    if !header.is_empty() {
        writer
            .write_record(header)
            .map_err(|error| complain(error.to_string()))?;
    }
    for row in rows {
        let cells = row.iter().map(|cell| {
            let formula = cell.starts_with(FORMULA);
            let cell = escaped(cell);
            if formula { format!("'{cell}") } else { cell }
        });
        writer
            .write_record(cells)
            .map_err(|error| complain(error.to_string()))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| complain(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| complain(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Growing, aligned, comma_separated, tabbed};

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_align_by_width_and_empty_ones_go() {
        let rows = vec![row(&["构建机", "", "deleted"]), row(&["a", "", "in-use"])];
        assert_eq!(
            aligned((vec!["ID", "ON", "STATUS"], rows)),
            "ID      STATUS\n构建机  deleted\na       in-use\n"
        );
        assert_eq!(aligned((vec!["ID"], Vec::new())), "");
    }

    #[test]
    fn columns_of_pieces_only_grow() {
        let mut table = Growing::new(vec!["ID", "TYPE"]);
        let first = table.piece(&[row(&["web", "rsa 2048"])]);
        assert_eq!(first, "ID   TYPE\nweb  rsa 2048\n");
        let second = table.piece(&[row(&["a", "rsa"]), row(&["构建机", "ed25519"])]);
        assert_eq!(second, "a       rsa\n构建机  ed25519\n");
        assert_eq!(table.piece(&[row(&["b", "dsa"])]), "b       dsa\n");
    }

    #[test]
    fn a_value_cannot_break_a_line_or_run_in_a_spreadsheet() {
        assert_eq!(
            tabbed(&[row(&["a\tb\nc\\", "\u{1b}[2J"])]),
            "a\\tb\\nc\\\\\t\\u{1b}[2J\n"
        );
        let text = comma_separated(&["id"], &[row(&["=1+1"]), row(&["a,b"]), row(&["＝1"])]);
        assert_eq!(text.expect("writes"), "id\n'=1+1\n\"a,b\"\n'＝1\n");
    }
}
