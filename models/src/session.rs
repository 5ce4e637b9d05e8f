//! ONNX Runtime, and the only use of `ort`.
//!
//! A session has one thread and memory of its own for input and output, made once: a run allocates nothing on our
//! side. One session a core is the fastest arrangement on a CPU.

use crate::ModelError;
use ort::AsPointer;
use ort::environment::Environment;
use ort::memory::Allocator;
use ort::value::{Tensor, TensorElementType};
use std::ffi::CString;
use std::path::Path;

/// The loaded library.
#[derive(Clone)]
pub struct Runtime {
    environment: Environment,
}

impl Runtime {
    /// Loads the library. Set `ORT_DISABLE_TELEMETRY=1` first: later versions collect telemetry by default.
    ///
    /// # Errors
    /// When it does not load or is too old.
    pub fn load(library: &Path) -> Result<Self, ModelError> {
        let failed = |cause: String| ModelError::Library { path: library.to_owned(), cause };
        let builder = ort::init_from(library).map_err(|error| failed(error.to_string()))?;
        let environment =
            builder.with_name("vokter").with_telemetry(false).build().map_err(|error| failed(error.to_string()))?;
        Ok(Self { environment })
    }
}

/// A network with one input and one output of fixed shapes, both f32, and one thread.
pub struct Session {
    session: ort::session::Session,
    input: Tensor<f32>,
    output: Tensor<f32>,
    input_name: CString,
    output_name: CString,
    input_shape: Vec<usize>,
    output_shape: Vec<usize>,
}

impl Session {
    /// Opens a model of these bytes; `path` names it in errors.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it, or it does not have one input and one output of fixed shape.
    pub fn open(runtime: &Runtime, path: &Path, bytes: &[u8]) -> Result<Self, ModelError> {
        let refused = |cause: String| ModelError::NotAModel { path: path.to_owned(), cause: first_line(&cause) };
        let builder = ort::session::Session::builder(&runtime.environment).map_err(|e| refused(e.to_string()))?;
        let builder = builder.with_intra_threads(1).map_err(|e| refused(e.to_string()))?;
        let mut builder = builder.with_inter_threads(1).map_err(|e| refused(e.to_string()))?;
        let session = builder.commit_from_memory(bytes).map_err(|e| refused(e.to_string()))?;
        let wrong = |what: String| ModelError::WrongModel { path: path.to_owned(), what };
        let ([input], [output]) = (session.inputs(), session.outputs()) else {
            let (inputs, outputs) = (session.inputs().len(), session.outputs().len());
            return Err(wrong(format!("it has {inputs} inputs and {outputs} outputs instead of one each")));
        };
        let shape = |outlet: &ort::value::Outlet| {
            let (shape, kind) = (outlet.dtype().tensor_shape(), outlet.dtype().tensor_type());
            let fixed = shape.and_then(|shape| shape.iter().map(|side| usize::try_from(*side).ok()).collect());
            let fixed: Option<Vec<usize>> = fixed.filter(|shape: &Vec<usize>| shape.iter().all(|side| *side > 0));
            match (fixed, kind) {
                (Some(shape), Some(TensorElementType::Float32)) => Ok(shape),
                (_, kind) => Err(wrong(format!("`{}` is not f32 of a fixed shape but {kind:?}", outlet.name()))),
            }
        };
        let (input_shape, output_shape) = (shape(input)?, shape(output)?);
        let name = |outlet: &ort::value::Outlet| CString::new(outlet.name()).map_err(|_| wrong("odd names".to_owned()));
        let (input_name, output_name) = (name(input)?, name(output)?);
        let tensor = |shape: &[usize]| {
            Tensor::<f32>::new(&Allocator::default(), shape.to_vec()).map_err(|error| refused(error.to_string()))
        };
        let (input, output) = (tensor(&input_shape)?, tensor(&output_shape)?);
        Ok(Self { session, input, output, input_name, output_name, input_shape, output_shape })
    }

    /// Shape of the input.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Shape of the output.
    pub fn output_shape(&self) -> &[usize] {
        &self.output_shape
    }

    /// The memory that the next run reads.
    ///
    /// # Errors
    /// Never for a tensor in ordinary memory.
    pub fn input(&mut self) -> Result<&mut [f32], ModelError> {
        let (_, numbers) = self.input.try_extract_tensor_mut::<f32>().map_err(run_error)?;
        Ok(numbers)
    }

    /// Runs the network over [`Self::input`] and returns its output.
    ///
    /// # Errors
    /// When ONNX Runtime reports one.
    pub fn run(&mut self) -> Result<&[f32], ModelError> {
        let names = [self.input_name.as_ptr()];
        let output_names = [self.output_name.as_ptr()];
        let inputs = [self.input.ptr()];
        let mut outputs = [self.output.ptr_mut()];
        // SAFETY: names are terminated, inputs and outputs are tensors of the model's own shapes that live in `self`,
        // each list has the length that is given, and `&mut self` keeps the session to one run at a time. `ort`'s own
        // `run` does the same and allocates its lists anew each time.
        unsafe {
            let status = (ort::api().Run)(
                self.session.inner().ptr().cast_mut(),
                std::ptr::null(),
                names.as_ptr(),
                inputs.as_ptr(),
                inputs.len(),
                output_names.as_ptr(),
                output_names.len(),
                outputs.as_mut_ptr(),
            );
            ort::Error::result_from_status(status).map_err(run_error)?;
        }
        let (_, numbers) = self.output.try_extract_tensor::<f32>().map_err(run_error)?;
        Ok(numbers)
    }
}

fn run_error(error: ort::Error) -> ModelError {
    ModelError::Run(first_line(error.message()))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or(text).chars().take(200).collect()
}
