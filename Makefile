# make demo: install what is missing, build, compact sample data and query it.
# make test: everything that must hold.
.PHONY: demo test build install clean
PREFIX ?= /usr/local

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

clean:
	rm -rf .build .build-* demo
