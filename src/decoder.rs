//! The program `vokter-decoder`: one sandboxed process a camera, started by `vokter`.

fn main() -> std::process::ExitCode {
    vokter_decoder::main()
}
