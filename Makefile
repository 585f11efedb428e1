# make demo: install what is missing, build, compact sample data and query it.
# make test: everything that must hold.
# make bench-load EVENTS=1000000: loads generated events into Cairn and its peers; see Benchmarks/README.md.
.PHONY: demo test build install clean bench-setup bench-load
PREFIX ?= /usr/local
EVENTS ?= 100000
ROUNDS ?= 3
CAIRN ?= $(CURDIR)/.build-static/release/cairn

demo:
	@tools/install-dependencies
	@tools/demo

test:
	@tools/install-dependencies
	@tools/check lint
	@tools/check test

build:
	@tools/install-dependencies
	@tools/check static

install: build
	install -D -m 0755 .build-static/release/cairn $(DESTDIR)$(PREFIX)/bin/cairn

bench-setup:
	@Benchmarks/setup

bench-load: bench-setup
	@[ -x $(CAIRN) ] || tools/check static
	@cd Benchmarks && ../.venv-bench/bin/python -m peers --events $(EVENTS) --rounds $(ROUNDS) --cairn $(CAIRN) $(BENCH)

clean:
	rm -rf .build .build-* .bench .venv-bench demo
