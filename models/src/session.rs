//! ONNX Runtime, and the only use of `ort`.
//!
//! A session has one thread and memory of its own for input and output, made once: a run allocates nothing on our
//! side. One session a core is the fastest arrangement on a CPU.

use crate::ModelError;
use ort::AsPointer;
use ort::environment::Environment;
use ort::memory::Allocator;
use ort::value::{DynValue, Tensor, TensorElementType};
use std::ffi::CString;
use std::path::Path;
use std::ptr::NonNull;

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

/// A network with one input and one output, and one thread. The input is of a fixed shape, f32 or bytes; the output is
/// f32, and a run may decide some of its sides.
pub struct Session {
    session: ort::session::Session,
    input: Input,
    output: Output,
    input_name: CString,
    output_name: CString,
    input_shape: Vec<usize>,
    output_shape: Vec<usize>,
}

enum Input {
    Numbers(Tensor<f32>),
    Bytes(Tensor<u8>),
}

enum Output {
    /// Of a fixed shape: made once.
    Fixed(Tensor<f32>),
    /// Made by each run and dropped by the next.
    Open(Option<DynValue>),
}

impl Session {
    /// Opens a model of these bytes; `path` names it in errors.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it, or it does not have one input and one output of such shapes.
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
        let odd = |outlet: &ort::value::Outlet| {
            wrong(format!("`{}` is not f32 of a fixed shape but {:?}", outlet.name(), outlet.dtype().tensor_type()))
        };
        // Open sides are 0.
        let shape = |outlet: &ort::value::Outlet| -> Option<Vec<usize>> {
            Some(outlet.dtype().tensor_shape()?.iter().map(|side| usize::try_from(*side).unwrap_or(0)).collect())
        };
        let (Some(input_shape), Some(output_shape)) = (shape(input), shape(output)) else { return Err(odd(input)) };
        let name = |outlet: &ort::value::Outlet| CString::new(outlet.name()).map_err(|_| wrong("odd names".to_owned()));
        let (input_name, output_name) = (name(input)?, name(output)?);
        let memory = |error: ort::Error| refused(error.to_string());
        let input = match input.dtype().tensor_type() {
            _ if input_shape.contains(&0) => return Err(odd(input)),
            Some(TensorElementType::Float32) => {
                Input::Numbers(Tensor::new(&Allocator::default(), input_shape.clone()).map_err(memory)?)
            }
            Some(TensorElementType::Uint8) => {
                Input::Bytes(Tensor::new(&Allocator::default(), input_shape.clone()).map_err(memory)?)
            }
            _ => return Err(odd(input)),
        };
        let output = match output.dtype().tensor_type() {
            Some(TensorElementType::Float32) if output_shape.contains(&0) => Output::Open(None),
            Some(TensorElementType::Float32) => {
                Output::Fixed(Tensor::new(&Allocator::default(), output_shape.clone()).map_err(memory)?)
            }
            _ => return Err(odd(output)),
        };
        Ok(Self { session, input, output, input_name, output_name, input_shape, output_shape })
    }

    /// Shape of the input.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Whether the input is bytes rather than f32.
    pub fn takes_bytes(&self) -> bool {
        matches!(self.input, Input::Bytes(_))
    }

    /// Shape of the output; 0 for sides that a run decides.
    pub fn output_shape(&self) -> &[usize] {
        &self.output_shape
    }

    /// The memory that the next run reads.
    ///
    /// # Errors
    /// When the input is bytes.
    pub fn input(&mut self) -> Result<&mut [f32], ModelError> {
        let Input::Numbers(tensor) = &mut self.input else {
            return Err(ModelError::Run("the network takes bytes, not f32".to_owned()));
        };
        let (_, numbers) = tensor.try_extract_tensor_mut::<f32>().map_err(run_error)?;
        Ok(numbers)
    }

    /// The same for an input of bytes.
    ///
    /// # Errors
    /// When the input is f32.
    pub fn input_bytes(&mut self) -> Result<&mut [u8], ModelError> {
        let Input::Bytes(tensor) = &mut self.input else {
            return Err(ModelError::Run("the network takes f32, not bytes".to_owned()));
        };
        let (_, bytes) = tensor.try_extract_tensor_mut::<u8>().map_err(run_error)?;
        Ok(bytes)
    }

    /// Runs the network over [`Self::input`] and returns its output. Allocates nothing, unless the output has sides
    /// that the run decides.
    ///
    /// # Errors
    /// When ONNX Runtime reports one.
    pub fn run(&mut self) -> Result<&[f32], ModelError> {
        let names = [self.input_name.as_ptr()];
        let output_names = [self.output_name.as_ptr()];
        let inputs = [match &self.input {
            Input::Numbers(tensor) => tensor.ptr(),
            Input::Bytes(tensor) => tensor.ptr(),
        }];
        let mut outputs = [match &mut self.output {
            Output::Fixed(tensor) => tensor.ptr_mut(),
            Output::Open(_) => std::ptr::null_mut(),
        }];
        // SAFETY: names are terminated, inputs and outputs are tensors of the model's own shapes that live in `self`, or
        // null for an output that the run makes; each list has the length that is given, and `&mut self` keeps the
        // session to one run at a time. `ort`'s own `run` does the same and allocates its lists anew each time.
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
        let (_, numbers) = match &mut self.output {
            Output::Fixed(tensor) => tensor.try_extract_tensor::<f32>().map_err(run_error)?,
            Output::Open(made) => {
                let [made_by_run] = outputs;
                let made_by_run = NonNull::new(made_by_run)
                    .ok_or_else(|| ModelError::Run("the network made no output".to_owned()))?;
                // SAFETY: the run succeeded, so it made this value for us to release; a session on the processor
                // makes its outputs with the default allocator.
                let value = unsafe { DynValue::from_ptr(made_by_run, Some(&Allocator::default())) };
                made.insert(value).try_extract_tensor::<f32>().map_err(run_error)?
            }
        };
        Ok(numbers)
    }
}

fn run_error(error: ort::Error) -> ModelError {
    ModelError::Run(first_line(error.message()))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or(text).chars().take(200).collect()
}
