# make demo: install what is missing, build, compact sample data and query it.
# make test: everything that must hold.
# make install, make uninstall: the command, its man pages and its completions, below PREFIX.
# make release: a tarball that needs only glibc, and a .deb, in dist/.
# make wheel: the Python package, one file in dist.
# make spark: the package on a Spark cluster of its own; needs PyPI, installs Java where there is none.
# make bench-load EVENTS=1000000: loads generated events into Cairn and its peers; see Benchmarks/README.md.
# make bench-query EVENTS=1000000: asks Cairn and its peers the same nine questions.
.PHONY: demo test build install uninstall release wheel spark clean bench-setup bench-load bench-query
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
	@tools/install install $(PREFIX) .build-static/release/cairn

uninstall:
	@tools/install uninstall $(PREFIX)

release:
	@tools/install-dependencies
	@tools/release build
	@tools/release check
	@tools/release clean

wheel:
	@tools/install-dependencies
	@tools/check wheel

spark:
	@tools/install-dependencies
	@tools/spark

bench-setup:
	@Benchmarks/setup

bench-load: bench-setup
	@[ -x $(CAIRN) ] || tools/check static
	@cd Benchmarks && ../.venv-bench/bin/python -m peers --events $(EVENTS) --rounds $(ROUNDS) --cairn $(CAIRN) $(BENCH)

bench-query: bench-setup
	@[ -x $(CAIRN) ] || tools/check static
	@cd Benchmarks/queries/inprocess && swift build -c release --static-swift-stdlib --scratch-path $(CURDIR)/.build-inprocess
	@cd Benchmarks && ../.venv-bench/bin/python -m queries --events $(EVENTS) --cairn $(CAIRN) $(BENCH)

clean:
	rm -rf .build .build-* .bench .venv-bench .venv-python demo dist
