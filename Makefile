.PHONY: build test test-slow bench bench-peers fmt lint deny run

build:
	cargo build --release

test:
	cargo test --workspace

test-slow:
	cargo test --workspace --release -- --ignored

bench:
	cargo bench

bench-peers:
	python3 benches/peers/run.py $(OPTIONS)

fmt:
	cargo fmt --all

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

deny:
	cargo deny --all-features check bans licenses sources

run:
	cargo run --release -- run pipelines/joshi-2023.yaml --report
