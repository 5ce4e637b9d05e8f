# `make demo` sets everything up and runs the main job; `make test` sets everything up and passes the tests.
.PHONY: demo test setup bench lint fmt release
.DEFAULT_GOAL := demo

DATA := $(or $(VOKTER_DATA),../shared/data)
MODEL := $(DATA)/models/yolox_nano_coco_416.onnx

demo: release
	@test -e "$(MODEL)" || { echo "the demo needs the recorded clips and model in $(DATA); set VOKTER_DATA to their folder"; exit 1; }
	@mkdir -p demo-out && rm -f demo-out/*.jpg demo-out/events.jsonl
	@sed 's|^file = .*|file = "$(abspath $(MODEL))"|' tests/models/yolox-nano.toml > demo-out/model.toml
	target/release/vokter check examples/clips.toml
	target/release/vokter run examples/clips.toml --model demo-out/model.toml --events demo-out/events.jsonl --stills demo-out
	@cat demo-out/events.jsonl
	@echo "$$(wc -l < demo-out/events.jsonl) events; a masked picture of each is in demo-out/"

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
	cargo bench --bench plate_quality

release: setup
	cargo build --release
	@install -m 755 .ort/current/libonnxruntime.so target/release/libonnxruntime.so

setup:
	@scripts/install-packages.sh
	@scripts/fetch-onnxruntime.sh
