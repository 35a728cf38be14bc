.PHONY: build wheel test-wheel test test-slow test-features test-cells test-bits test-engines test-server truth theory-nd bench bench-peers bench-scaling bench-startup bench-instructions gallery fmt lint deny run

build:
	cargo build --release

# A wheel by the rules of manylinux_2_17: zig links against the symbols of glibc 2.17, and maturin refuses a program that needs later ones. All
# crates are compiled once more.
wheel:
	python3 -m venv target/wheel-tools
	target/wheel-tools/bin/pip install --quiet 'maturin[zig]>=1.9,<2' auditwheel
	rm -rf target/wheels
	cd crates/python && PATH="$(CURDIR)/target/wheel-tools/bin:$$PATH" \
		maturin build --profile wheel --zig --compatibility manylinux_2_17 --out ../../target/wheels
	target/wheel-tools/bin/auditwheel show target/wheels/*.whl

# The wheel in a fresh virtual environment.
test-wheel: wheel
	TEMPERED_WHEEL=$$(ls target/wheels/*.whl) cargo test --test wheel -- --ignored --nocapture

test:
	cargo test --workspace

# With the SQL of `tempered query`, which checks of pipelines ask. The tests of tests/wheel.rs, which build the program once more, are those of
# `make test-wheel`.
test-slow:
	cargo test --workspace --release --features sql -- --ignored --skip every_figure_is_true --skip engine_ --skip wheel_

# The fast tests with SQL and object stores, which bring some hundred crates and which `make test` builds without.
test-features:
	cargo test --workspace --features sql,buckets

# Time and memory of every command in a study of a hundred thousand cells.
test-cells:
	cargo test --release --test cells -- --ignored --nocapture

# Slurm, Ray, HyperQueue, GNU parallel, a Kubernetes manifest and an object store: as root, with Debian's slurm-wlm, munge and parallel.
test-engines:
	cargo test --release --features buckets --test engines -- --ignored --nocapture --test-threads 1

# The contract of depots on a server of one's own: TEMPERED_TEST_BUCKET=s3://bucket/prefix, and credentials as for `tempered`.
test-server:
	cargo test --release -p tempered-depot --features buckets -- --ignored --nocapture

# The pinned bits in narrow registers with little optimisation, and in all that the processor has with much.
test-bits:
	RUSTFLAGS="-C target-cpu=x86-64 --cfg narrow" cargo test -p tempered-pipeline --test bits --target-dir target/narrow
	RUSTFLAGS="-C target-cpu=native" cargo test --release -p tempered-pipeline --test bits --target-dir target/native

# Verdicts, intervals and trusted means against series with known answers: an hour, with QUICK=1 minutes.
# SEEDS=5 takes five times as many series, TABLE=FILE writes the tables as Markdown.
truth:
	cargo test --workspace --release --test truth -- --ignored --nocapture

# Studies of d features against formulas, and the pipelines of linear models: minutes.
theory-nd:
	cargo test --workspace --release --test theory_nd -- --ignored --nocapture

bench:
	cargo bench

bench-peers:
	python3 benches/peers/run.py $(OPTIONS)

bench-scaling:
	python3 benches/scaling/run.py $(OPTIONS)

bench-startup:
	python3 benches/startup.py $(OPTIONS)

bench-instructions:
	python3 benches/instructions.py $(OPTIONS)

# pipelines/README.md: the question, the answer and a figure of each study. A few minutes.
gallery: build
	python3 pipelines/gallery.py $(OPTIONS)

fmt:
	cargo fmt --all

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

deny:
	cargo deny --all-features check bans licenses sources

run:
	cargo run --release -- run pipelines/joshi-2023.yaml --report
