//! Tables of plain text between rules.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// Rules above and below, one under the header.
pub(crate) const STYLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// The table as text, with numbers on the right of their columns.
pub(crate) fn finish(table: &mut Table, is_number: impl Fn(usize) -> bool) -> String {
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if is_number(place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}
