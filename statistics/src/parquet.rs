//! A table as an Apache Parquet file, the same columns as the comma-separated values. The definition stands in its
//! metadata under `vokter`.

use crate::csv::local;
use crate::error::StatisticsError;
use crate::grid::Spans;
use crate::metadata::extension;
use crate::published::{Row, Table};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use std::io::Write;
use std::sync::Arc;

const SCHEMA: &str = "message cells {
    required int64 start (TIMESTAMP(MILLIS, true));
    required int64 end (TIMESTAMP(MILLIS, true));
    required binary local_start (STRING);
    required binary category (STRING);
    optional int64 value;
    optional int64 drawn;
    optional double low;
    optional double high;
    required double watched;
    required binary status (STRING);
}";

/// The table as a file.
///
/// # Errors
/// When its time zone is none, or it cannot be written.
pub fn parquet(table: &Table) -> Result<Vec<u8>, StatisticsError> {
    let spans = table.info.definition.spans()?;
    let written = || {
        let about = KeyValue::new("vokter".to_owned(), extension(&table.info).to_string());
        let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![about])).build();
        let schema = parse_message_type(SCHEMA)?;
        let mut writer = SerializedFileWriter::new(vec![], Arc::new(schema), Arc::new(properties))?;
        let mut group = writer.next_row_group()?;
        columns(&mut group, table, &spans)?;
        group.close()?;
        writer.into_inner()
    };
    written().map_err(|error: ParquetError| StatisticsError::Format { format: "Parquet", cause: error.to_string() })
}

fn columns<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    table: &Table,
    spans: &Spans,
) -> Result<(), ParquetError> {
    let categories = &table.info.definition.breakdown.categories;
    let cells: Vec<_> =
        table.rows.iter().flat_map(|row| categories.iter().enumerate().map(move |cell| (row, cell))).collect();
    let text = |text: &str| Some(ByteArray::from(text));
    let interval = |row: &Row, category: usize| table.interval(row, category);
    column::<Int64Type, _>(group, cells.iter().map(|(row, _)| Some(row.span.start.as_millisecond())))?;
    column::<Int64Type, _>(group, cells.iter().map(|(row, _)| Some(row.span.end.as_millisecond())))?;
    let starts = table.rows.iter().map(|row| ByteArray::from(local(row.span.start, spans).as_str()));
    column::<ByteArrayType, _>(group, starts.flat_map(|start| std::iter::repeat_n(Some(start), categories.len())))?;
    column::<ByteArrayType, _>(group, cells.iter().map(|(_, (_, name))| text(name)))?;
    column::<Int64Type, _>(group, cells.iter().map(|(row, (category, _))| table.shown(row, *category)))?;
    column::<Int64Type, _>(group, cells.iter().map(|(row, (category, _))| row.drawn.get(*category).copied()))?;
    column::<DoubleType, _>(group, cells.iter().map(|(row, (category, _))| Some(interval(row, *category)?.low)))?;
    column::<DoubleType, _>(group, cells.iter().map(|(row, (category, _))| Some(interval(row, *category)?.high)))?;
    column::<DoubleType, _>(group, cells.iter().map(|(row, _)| Some(row.watched)))?;
    column::<ByteArrayType, _>(
        group,
        cells.iter().map(|(row, (category, _))| text(table.status(row, *category).sign())),
    )
}

/// Writes the next column; a value that is not there is null.
fn column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let values: Vec<_> = values.collect();
    let there: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<_> = values.into_iter().flatten().collect();
    column.typed::<T>().write_batch(&values, Some(&there), None)?;
    column.close()
}
