//! ONNX Runtime, and the only use of `ort`.
//!
//! A session has one thread and memory of its own for input and output, made once: a run allocates nothing on our
//! side. One session a core is the fastest arrangement on a CPU.

use crate::ModelError;
use ort::AsPointer;
use ort::environment::Environment;
use ort::memory::Allocator;
use ort::value::{Tensor, TensorElementType};
use std::ffi::{CString, c_char};
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

/// A network with one input of a fixed shape, outputs of f32, and one thread.
///
/// Outputs of fixed shapes are written into memory of our own; if a run decides about one, ONNX Runtime allocates.
pub struct Session {
    session: ort::session::Session,
    input: Input,
    input_shape: Vec<usize>,
    outputs: Vec<Output>,
    names: Names,
    /// Outputs as ONNX Runtime writes them; empty if one is open.
    pointers: Vec<*mut ort::sys::OrtValue>,
}

enum Input {
    F32(Tensor<f32>),
    U8(Tensor<u8>),
}

struct Output {
    name: String,
    /// Its sides; those of the last run if it is open.
    shape: Vec<usize>,
    /// Which sides are fixed.
    sides: Vec<Option<usize>>,
    /// Where it is written if its shape is fixed.
    tensor: Option<Tensor<f32>>,
    /// A copy of what the last run gave if it is open.
    numbers: Vec<f32>,
}

struct Names {
    input: CString,
    /// Kept alive for `output_pointers`.
    _outputs: Vec<CString>,
    output_pointers: Vec<*const c_char>,
}

// SAFETY: the pointers are to memory that the session itself holds and never moves: the heap of its strings, and
// values of ONNX Runtime, which may be used from any one thread at a time.
unsafe impl Send for Session {}

impl Session {
    /// Opens a model of these bytes; `path` names it in errors, `wanted` are the outputs that are read, in order.
    /// The bytes are those of a [`crate::ModelFile`], or made from them.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it, it does not have one input of fixed shape, or an output is not wanted.
    pub(crate) fn open(runtime: &Runtime, path: &Path, bytes: &[u8], wanted: &[String]) -> Result<Self, ModelError> {
        let refused = |cause: String| ModelError::NotAModel { path: path.to_owned(), cause: first_line(&cause) };
        let builder = ort::session::Session::builder(&runtime.environment).map_err(|e| refused(e.to_string()))?;
        let builder = builder.with_intra_threads(1).map_err(|e| refused(e.to_string()))?;
        let mut builder = builder.with_inter_threads(1).map_err(|e| refused(e.to_string()))?;
        let session = builder.commit_from_memory(bytes).map_err(|e| refused(e.to_string()))?;
        let wrong = |what: String| ModelError::WrongModel { path: path.to_owned(), what };
        let name = |name: &str| CString::new(name).map_err(|_| wrong("odd names".to_owned()));
        let sides = |outlet: &ort::value::Outlet| -> Vec<Option<usize>> {
            let shape = outlet.dtype().tensor_shape().map(|shape| shape.to_vec()).unwrap_or_default();
            shape.into_iter().map(|side| usize::try_from(side).ok().filter(|side| *side > 0)).collect()
        };
        let [input] = session.inputs() else {
            return Err(wrong(format!("it has {} inputs instead of one", session.inputs().len())));
        };
        let Some(input_shape) = sides(input).into_iter().collect::<Option<Vec<usize>>>() else {
            return Err(wrong(format!("its input `{}` has no fixed shape", input.name())));
        };
        let memory = Allocator::default();
        let failed = |error: ort::Error| refused(error.to_string());
        let held = match input.dtype().tensor_type() {
            Some(TensorElementType::Float32) => Input::F32(Tensor::new(&memory, input_shape.clone()).map_err(failed)?),
            Some(TensorElementType::Uint8) => Input::U8(Tensor::new(&memory, input_shape.clone()).map_err(failed)?),
            kind => return Err(wrong(format!("its input `{}` is {kind:?} and not f32 or u8", input.name()))),
        };
        if let Some(more) = session.outputs().iter().find(|output| !wanted.iter().any(|name| name == output.name())) {
            return Err(wrong(format!("it has an output `{}` that is not accounted for", more.name())));
        }
        let mut outputs = vec![];
        for name in wanted {
            let Some(output) = session.outputs().iter().find(|output| output.name() == name) else {
                return Err(wrong(format!("it has no output `{name}`")));
            };
            if output.dtype().tensor_type() != Some(TensorElementType::Float32) {
                return Err(wrong(format!("its output `{name}` is {:?} and not f32", output.dtype().tensor_type())));
            }
            let sides = sides(output);
            let fixed: Option<Vec<usize>> = sides.iter().copied().collect();
            let tensor = fixed.clone().map(|shape| Tensor::new(&memory, shape)).transpose().map_err(failed)?;
            let shape = fixed.unwrap_or_default();
            outputs.push(Output { name: name.clone(), shape, sides, tensor, numbers: vec![] });
        }
        let input = name(input.name())?;
        let output_names = wanted.iter().map(|wanted| name(wanted)).collect::<Result<Vec<_>, _>>()?;
        let output_pointers = output_names.iter().map(|name| name.as_ptr()).collect();
        let pointers = outputs
            .iter_mut()
            .map(|output| output.tensor.as_mut().map(Tensor::ptr_mut))
            .collect::<Option<Vec<_>>>()
            .unwrap_or_default();
        let names = Names { input, _outputs: output_names, output_pointers };
        Ok(Self { session, input: held, input_shape, outputs, names, pointers })
    }

    /// Shape of the input.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// The sides of an output; those that a run decides are `None`.
    pub(crate) fn output_sides(&self, place: usize) -> &[Option<usize>] {
        self.outputs.get(place).map_or(&[], |output| &output.sides)
    }

    /// The memory that the next run reads, of an input of f32.
    ///
    /// # Errors
    /// When the input is of another type.
    pub fn input(&mut self) -> Result<&mut [f32], ModelError> {
        match &mut self.input {
            Input::F32(tensor) => Ok(tensor.try_extract_tensor_mut::<f32>().map_err(run_error)?.1),
            Input::U8(_) => Err(ModelError::Run("the input is of bytes".to_owned())),
        }
    }

    /// The memory that the next run reads, of an input of bytes.
    ///
    /// # Errors
    /// When the input is of another type.
    pub fn input_bytes(&mut self) -> Result<&mut [u8], ModelError> {
        match &mut self.input {
            Input::U8(tensor) => Ok(tensor.try_extract_tensor_mut::<u8>().map_err(run_error)?.1),
            Input::F32(_) => Err(ModelError::Run("the input is of f32".to_owned())),
        }
    }

    /// Runs the network over its input. [`Self::output`] then reads what it said.
    ///
    /// # Errors
    /// When ONNX Runtime reports one.
    pub fn run(&mut self) -> Result<(), ModelError> {
        if self.pointers.len() != self.outputs.len() {
            return self.run_open();
        }
        let names = [self.names.input.as_ptr()];
        let inputs = [match &self.input {
            Input::F32(tensor) => tensor.ptr(),
            Input::U8(tensor) => tensor.ptr(),
        }];
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
                self.names.output_pointers.as_ptr(),
                self.names.output_pointers.len(),
                self.pointers.as_mut_ptr(),
            );
            ort::Error::result_from_status(status).map_err(run_error)
        }
    }

    /// A run that decides about the shape of an output.
    fn run_open(&mut self) -> Result<(), ModelError> {
        let inputs = match &self.input {
            Input::F32(tensor) => ort::inputs![tensor],
            Input::U8(tensor) => ort::inputs![tensor],
        };
        let given = self.session.run(inputs).map_err(run_error)?;
        for output in &mut self.outputs {
            let value = given.get(&output.name).ok_or_else(|| ModelError::Run("an output is missing".to_owned()))?;
            let (shape, numbers) = value.try_extract_tensor::<f32>().map_err(run_error)?;
            output.shape.clear();
            output.shape.extend(shape.iter().map(|side| usize::try_from(*side).unwrap_or(0)));
            output.numbers.clear();
            output.numbers.extend_from_slice(numbers);
        }
        Ok(())
    }

    /// What the last run said: the shape and the numbers of the output of that place in the manifest.
    ///
    /// # Errors
    /// When there is no such output.
    pub fn output(&self, place: usize) -> Result<(&[usize], &[f32]), ModelError> {
        let output = self.outputs.get(place).ok_or_else(|| ModelError::Run(format!("there is no output {place}")))?;
        let numbers = match &output.tensor {
            Some(tensor) if !self.pointers.is_empty() => tensor.try_extract_tensor::<f32>().map_err(run_error)?.1,
            _ => &output.numbers,
        };
        Ok((&output.shape, numbers))
    }
}

fn run_error(error: ort::Error) -> ModelError {
    ModelError::Run(first_line(error.message()))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or(text).chars().take(200).collect()
}
