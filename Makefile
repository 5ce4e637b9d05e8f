# `make demo` sets everything up and runs the main job; `make test` sets everything up and passes the tests.
.PHONY: demo test setup bench lint fmt release fuzz
.DEFAULT_GOAL := demo

# A day at a synthetic site: what happened, held against what was found.
demo: release
	target/release/vokter demo

test: setup lint
	cargo test --workspace

lint: setup
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

fmt:
	cargo fmt --all

# The figures of README.md. The Python chain is what they are held against.
bench: setup
	@test -x target/bench/peer/bin/python || python3 -m venv target/bench/peer
	target/bench/peer/bin/pip install -q --disable-pip-version-check -r benches/peer/requirements.txt
	cargo bench --bench frame_path
	cargo bench --bench detector_quality
	cargo bench --bench plate_quality
	cargo bench --bench lane_quality
	cargo bench --bench car_park
	cargo bench --bench scene
	cargo bench --bench vault
	cargo bench --bench policy
	cargo bench --bench statistics

# A fuzz target for some time: `make fuzz TARGET=frigate SECONDS=60`. Findings lie in fuzz/target/artifacts.
TARGET = policy
SECONDS = 600
fuzz:
	scripts/fuzz.sh $(TARGET) $(SECONDS)

release: setup
	cargo build --release
	@install -m 755 .ort/current/libonnxruntime.so target/release/libonnxruntime.so

setup:
	@scripts/install-packages.sh
	@scripts/fetch-onnxruntime.sh
