//! ONNX Runtime, and the only use of `ort`.
//!
//! A session has one thread and memory of its own for input and output, made once: a run allocates nothing on our
//! side. One session a core is the fastest arrangement on a CPU.

use crate::ModelError;
use crate::error::plain;
use crate::whitelist::Shapes;
use ort::AsPointer;
use ort::environment::Environment;
use ort::memory::Allocator;
use ort::value::{Tensor, TensorElementType};
use std::ffi::{CString, c_char};
use std::path::Path;
use zeroize::Zeroize;

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
    /// Where it is written if its shape is fixed.
    tensor: Option<Tensor<f32>>,
    /// A copy of what the last run gave if it is open.
    numbers: Vec<f32>,
    /// What its decoder reads, which every run is held to.
    shapes: Shapes,
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
    /// Opens a model of these bytes; `path` names it in errors, `wanted` are the outputs that are read, in order, with
    /// the shapes that they may have. The bytes are those of a [`crate::ModelFile`], or made from them.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it, it does not have one input of fixed shape, or an output is not wanted or of
    /// another shape.
    pub(crate) fn open(
        runtime: &Runtime,
        path: &Path,
        bytes: &[u8],
        wanted: Vec<(String, Shapes)>,
    ) -> Result<Self, ModelError> {
        let refused = |cause: String| ModelError::NotAModel { path: path.to_owned(), cause: first_line(&cause) };
        let builder = ort::session::Session::builder(&runtime.environment).map_err(|e| refused(e.to_string()))?;
        let builder = builder.with_intra_threads(1).map_err(|e| refused(e.to_string()))?;
        let builder = builder.with_inter_threads(1).map_err(|e| refused(e.to_string()))?;
        // Left to choose, ONNX Runtime takes bytes marked as its own format for another graph than the one checked.
        let format = builder.with_config_entry("session.load_model_format", "ONNX");
        let mut builder = format.map_err(|e| refused(e.to_string()))?;
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
            return Err(wrong(format!("its input `{}` has no fixed shape", plain(input.name()))));
        };
        let memory = Allocator::default();
        let failed = |error: ort::Error| refused(error.to_string());
        let held = match input.dtype().tensor_type() {
            Some(TensorElementType::Float32) => Input::F32(Tensor::new(&memory, input_shape.clone()).map_err(failed)?),
            Some(TensorElementType::Uint8) => Input::U8(Tensor::new(&memory, input_shape.clone()).map_err(failed)?),
            kind => return Err(wrong(format!("its input `{}` is {kind:?} and not f32 or u8", plain(input.name())))),
        };
        let is_wanted = |output: &&ort::value::Outlet| wanted.iter().any(|(name, _)| name == output.name());
        if let Some(more) = session.outputs().iter().find(|output| !is_wanted(output)) {
            return Err(wrong(format!("it has an output `{}` that is not accounted for", plain(more.name()))));
        }
        let output_names = wanted.iter().map(|(wanted, _)| name(wanted)).collect::<Result<Vec<_>, _>>()?;
        let mut outputs = vec![];
        for (name, shapes) in wanted {
            let Some(output) = session.outputs().iter().find(|output| output.name() == name) else {
                return Err(wrong(format!("it has no output `{name}`")));
            };
            if output.dtype().tensor_type() != Some(TensorElementType::Float32) {
                return Err(wrong(format!("its output `{name}` is {:?} and not f32", output.dtype().tensor_type())));
            }
            let sides = sides(output);
            if !shapes.fit(sides.iter().copied()) {
                return Err(wrong(format!("its output `{name}` is {sides:?} and not {shapes}")));
            }
            let fixed: Option<Vec<usize>> = sides.iter().copied().collect();
            let tensor = fixed.clone().map(|shape| Tensor::new(&memory, shape)).transpose().map_err(failed)?;
            let shape = fixed.unwrap_or_default();
            outputs.push(Output { name, shape, tensor, numbers: vec![], shapes });
        }
        let input = name(input.name())?;
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

    /// Whether the input is of bytes.
    pub const fn takes_bytes(&self) -> bool {
        matches!(self.input, Input::U8(_))
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

    /// A run that decides about the shape of an output. What it gives is held to the manifest each time: a side that
    /// the graph leaves open is anything until then.
    fn run_open(&mut self) -> Result<(), ModelError> {
        let inputs = match &self.input {
            Input::F32(tensor) => ort::inputs![tensor],
            Input::U8(tensor) => ort::inputs![tensor],
        };
        for output in &mut self.outputs {
            output.shape.clear();
            output.numbers.zeroize();
        }
        let given = self.session.run(inputs).map_err(run_error)?;
        for output in &mut self.outputs {
            let value = given.get(&output.name).ok_or_else(|| ModelError::Run("an output is missing".to_owned()))?;
            let (shape, numbers) = value.try_extract_tensor::<f32>().map_err(run_error)?;
            let sides = shape.iter().map(|side| usize::try_from(*side).ok());
            if sides.clone().any(|side| side.is_none()) || !output.shapes.fit(sides.clone()) {
                let (name, wanted) = (&output.name, &output.shapes);
                return Err(ModelError::Run(format!(
                    "the output `{name}` is {shape:?} and not {wanted}, so it says something else or more (IVA-3)"
                )));
            }
            output.shape.extend(sides.flatten());
            output.numbers.extend_from_slice(numbers);
        }
        Ok(())
    }

    /// Overwrites what the last run was given and what it said.
    ///
    /// Not covered is memory of ONNX Runtime's own: the values between layers, and an output of open shape before it
    /// was copied here. Its allocator keeps them for the next run and does not overwrite what it frees.
    ///
    /// # Errors
    /// Never: the types were settled when the session was opened.
    pub fn clear(&mut self) -> Result<(), ModelError> {
        match &mut self.input {
            Input::F32(tensor) => tensor.try_extract_tensor_mut::<f32>().map_err(run_error)?.1.fill(0.0),
            Input::U8(tensor) => tensor.try_extract_tensor_mut::<u8>().map_err(run_error)?.1.fill(0),
        }
        let is_open = self.pointers.len() != self.outputs.len();
        for output in &mut self.outputs {
            if let Some(tensor) = &mut output.tensor {
                tensor.try_extract_tensor_mut::<f32>().map_err(run_error)?.1.fill(0.0);
            }
            output.numbers.zeroize();
            if is_open {
                output.shape.clear();
            }
        }
        Ok(())
    }

    /// Makes every further run fail.
    #[cfg(test)]
    pub(crate) fn spoil(&mut self) {
        self.names.input = c"no such input".to_owned();
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
    plain(&text.lines().next().unwrap_or(text).chars().take(200).collect::<String>())
}
