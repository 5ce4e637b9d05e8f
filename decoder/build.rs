//! Compiles the C shim and links FFmpeg's libraries.

fn main() {
    println!("cargo::rerun-if-changed=src/shim.c");
    let mut shim = cc::Build::new();
    for library in ["libavformat", "libavcodec", "libavutil"] {
        match pkg_config::probe_library(library) {
            Ok(found) => {
                shim.includes(found.include_paths);
            }
            Err(error) => {
                println!("cargo::error={library} was not found; `make setup` installs it ({error})");
                return;
            }
        }
    }
    shim.file("src/shim.c").std("gnu11").opt_level(2).warnings(true).extra_warnings(true).compile("vokter_shim");
    // The shim calls into these, so they come after it on the linker's line.
    for library in ["avformat", "avcodec", "avutil"] {
        println!("cargo::rustc-link-lib={library}");
    }
}
