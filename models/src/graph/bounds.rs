//! Why bytes are no ONNX file that Vokter can use, and how much of anything such a file may have.

use std::fmt;
use vokter_rules::limits;

/// Graphs within graphs (bodies of `If` and `Loop`), at most.
pub(super) const DEPTH: usize = 16;

/// What a file has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMany {
    /// Graphs within graphs.
    Depth,
    /// Inputs or outputs.
    Outlets,
    /// Tensors that the file fills.
    Tensors,
    /// Kinds of operators.
    Operators,
    /// Operator sets.
    OperatorSets,
    /// Sides of an input or output.
    Sides,
    /// Entries or bytes of metadata.
    Metadata,
    /// Bytes of a name.
    Name,
    /// Classes in a list of its own.
    Labels,
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (most, what) = match self {
            Self::Depth => (DEPTH, "graphs within graphs"),
            Self::Outlets => (limits::MODEL_OUTLETS, "inputs or outputs"),
            Self::Tensors => (limits::MODEL_TENSORS, "tensors"),
            Self::Operators => (limits::MODEL_OPERATORS, "kinds of operators"),
            Self::OperatorSets => (limits::MODEL_OPERATOR_SETS, "operator sets"),
            Self::Sides => (limits::MODEL_SIDES, "sides of an input or output"),
            Self::Metadata => (limits::MODEL_METADATA_BYTES, "bytes of metadata, or entries without end"),
            Self::Name => (limits::MODEL_NAME_BYTES, "bytes in a name"),
            Self::Labels => (limits::MODEL_CLASSES, "classes"),
        };
        write!(f, "more than {most} {what}")
    }
}

/// Why bytes are no ONNX file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The bytes end in mid-field, or are something else altogether.
    #[error("it is damaged or no ONNX file")]
    Damaged,
    /// Bytes that ONNX Runtime would take for its own format, and so for another graph.
    #[error("it is marked as ONNX Runtime's own format; export it as ONNX")]
    OtherFormat,
    /// Not exactly one graph, with a node in it.
    #[error("it holds no graph of its own")]
    NoGraph,
    /// More of something than any model that Vokter can use.
    #[error("it has {0}, which is beyond any model that Vokter can use")]
    TooLarge(TooMany),
}

/// Nothing, if there is room for one more.
pub(super) fn within(count: usize, most: usize, what: TooMany) -> Result<(), GraphError> {
    if count < most { Ok(()) } else { Err(GraphError::TooLarge(what)) }
}
