//! Small ONNX files, written field by field (`onnx.proto`).

/// An ONNX file to be: a network that says the same of every picture, which ONNX Runtime can run.
#[derive(Clone)]
pub struct Onnx {
    pub input: (&'static str, Vec<i64>),
    /// Names and shapes. All but the first copy it.
    pub outputs: Vec<(String, Vec<i64>)>,
    /// Nodes beside those that make the network: domain and operator.
    pub nodes: Vec<(&'static str, &'static str)>,
    pub metadata: Vec<(&'static str, String)>,
    pub functions: Vec<&'static str>,
    /// Whether the weights are said to lie in another file.
    pub external: bool,
    /// Whether the weights are listed among the inputs, as older files do.
    pub lists_weights: bool,
    /// What the first output holds.
    pub says: Vec<f32>,
}

impl Onnx {
    /// A YOLOX network of that many classes over 32x32 pixels: 16 + 4 + 1 cells.
    pub fn yolox(classes: usize) -> Self {
        let numbers = 21 * (5 + classes);
        Self {
            input: ("images", vec![1, 3, 32, 32]),
            outputs: vec![("output".to_owned(), vec![1, 21, 5 + classes as i64])],
            nodes: vec![],
            metadata: vec![],
            functions: vec![],
            external: false,
            lists_weights: false,
            says: vec![0.0; numbers],
        }
    }

    /// The same with another output.
    pub fn with_output(mut self, name: &str, shape: &[i64]) -> Self {
        self.outputs.push((name.to_owned(), shape.to_owned()));
        self
    }

    /// The same with its only output in another shape.
    pub fn with_shape(mut self, shape: &[i64]) -> Self {
        self.outputs[0].1 = shape.to_owned();
        let numbers = shape.iter().map(|side| (*side).max(1) as usize).product();
        self.says = vec![0.0; numbers];
        self
    }

    /// The file with a remark of that many bytes, none like its neighbours.
    pub fn with_remark(&self, bytes: usize) -> Vec<u8> {
        let mut model = Message(self.bytes());
        let remark: Vec<u8> = (0..bytes as u64).map(|at| b'a' + (at * at % 8191 % 26) as u8).collect();
        model.bytes(6, &remark);
        model.0
    }

    /// The file with its graph first, and a name of that graph at byte 5.
    pub fn with_graph_first(&self, before: &[u8], name: &str) -> Vec<u8> {
        let whole = self.bytes();
        // The version, the producer's name, and the graph with its length in two bytes.
        let (head, rest) = whole.split_at(8);
        let length = usize::from(rest[1] & 0x7f) | usize::from(rest[2]) << 7;
        let (graph, rest) = rest[3..].split_at(length);
        let mut named = Message(before.to_vec());
        named.string(2, name);
        named.0.extend(graph);
        let mut model = Message::default();
        model.message(7, named);
        model.0.extend([head, rest].concat());
        model.0
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut graph = Message::default();
        // mean = ReduceMean(input) over all; zero = Sub(mean, mean); the first output = Add(weights, zero).
        graph.message(1, node("", "ReduceMean", &[self.input.0], "mean", true));
        graph.message(1, node("", "Sub", &["mean", "mean"], "zero", false));
        for (place, (name, _)) in self.outputs.iter().enumerate() {
            graph.message(1, node("", "Add", &[if place == 0 { "weights" } else { "zero" }, "zero"], name, false));
        }
        for (domain, operator) in &self.nodes {
            graph.message(1, node(domain, operator, &["mean"], "beside", false));
        }
        graph.string(2, "made by a test");
        graph.message(5, self.weights());
        graph.message(11, outlet(self.input.0, &self.input.1));
        if self.lists_weights {
            graph.message(11, outlet("weights", &self.outputs[0].1));
        }
        for (name, shape) in &self.outputs {
            graph.message(12, outlet(name, shape));
        }
        let mut set = Message::default();
        set.string(1, "").number(2, 13);
        let mut model = Message::default();
        model.number(1, 8).string(2, "test").message(7, graph).message(8, set);
        for (key, value) in &self.metadata {
            let mut entry = Message::default();
            entry.string(1, key).string(2, value);
            model.message(14, entry);
        }
        for name in &self.functions {
            let mut function = Message::default();
            function.string(1, name).string(10, "test");
            model.message(25, function);
        }
        model.0
    }

    fn weights(&self) -> Message {
        let mut tensor = Message::default();
        for side in &self.outputs[0].1 {
            tensor.number(1, (*side).max(1) as u64);
        }
        tensor.number(2, 1).string(8, "weights");
        if self.external {
            let mut place = Message::default();
            place.string(1, "location").string(2, "weights.bin");
            tensor.message(13, place).number(14, 1);
        } else {
            tensor.bytes(9, &self.says.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>());
        }
        tensor
    }
}

fn node(domain: &str, operator: &str, inputs: &[&str], output: &str, drops_sides: bool) -> Message {
    let mut node = Message::default();
    for input in inputs {
        node.string(1, input);
    }
    node.string(2, output).string(4, operator).string(7, domain);
    if drops_sides {
        let mut keepdims = Message::default();
        keepdims.string(1, "keepdims").number(3, 0).number(20, 2);
        node.message(5, keepdims);
    }
    node
}

/// A network for 32x32 pixels whose output's shape nothing says before it runs: `numbers` zeros, reshaped to `shape`.
pub fn decided_by_a_run(numbers: u64, shape: &[i64]) -> Vec<u8> {
    let mut graph = Message::default();
    graph.message(1, node("", "ReduceMean", &["images"], "mean", true));
    graph.message(1, node("", "Sub", &["mean", "mean"], "zero", false));
    let mut cast = node("", "Cast", &["zero"], "none", false);
    let mut to = Message::default();
    to.string(1, "to").number(3, 7).number(20, 2);
    cast.message(5, to);
    graph.message(1, cast);
    graph.message(1, node("", "Add", &["shape", "none"], "sides", false));
    graph.message(1, node("", "Add", &["weights", "zero"], "numbers", false));
    graph.message(1, node("", "Reshape", &["numbers", "sides"], "output", false));
    graph.string(2, "made by a test");
    let (mut sides, mut weights) = (Message::default(), Message::default());
    sides.number(1, shape.len() as u64).number(2, 7).string(8, "shape");
    sides.bytes(9, &shape.iter().flat_map(|side| side.to_le_bytes()).collect::<Vec<_>>());
    weights.number(1, numbers).number(2, 1).string(8, "weights").bytes(9, &vec![0; 4 * numbers as usize]);
    graph.message(5, sides).message(5, weights);
    graph.message(11, outlet("images", &[1, 3, 32, 32])).message(12, outlet("output", &vec![-1; shape.len()]));
    let mut set = Message::default();
    set.string(1, "").number(2, 13);
    let mut model = Message::default();
    model.number(1, 8).string(2, "test").message(7, graph).message(8, set);
    model.0
}

/// A named f32 tensor; a side below 1 is open.
fn outlet(name: &str, sides: &[i64]) -> Message {
    let (mut shape, mut tensor, mut kind, mut info) =
        (Message::default(), Message::default(), Message::default(), Message::default());
    for side in sides {
        let mut dim = Message::default();
        if *side > 0 {
            dim.number(1, *side as u64)
        } else {
            dim.string(2, "n")
        };
        shape.message(1, dim);
    }
    tensor.number(1, 1).message(2, shape);
    kind.message(1, tensor);
    info.string(1, name).message(2, kind);
    info
}

/// A message of protocol buffers.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn base_128(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(&mut self, field: u64, value: u64) -> &mut Self {
        self.base_128(field << 3);
        self.base_128(value);
        self
    }

    fn bytes(&mut self, field: u64, value: &[u8]) -> &mut Self {
        self.base_128(field << 3 | 2);
        self.base_128(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    fn string(&mut self, field: u64, value: &str) -> &mut Self {
        self.bytes(field, value.as_bytes())
    }

    fn message(&mut self, field: u64, value: Message) -> &mut Self {
        self.bytes(field, &value.0)
    }
}
