# What people and CI type. Each target is one line; the work is done by testbed/, which says what it does as it goes.

PYTHON ?= python3
UV = $(shell $(PYTHON) -c 'from testbed import bootstrap; print(bootstrap.uv())')
COMPILE = $(UV) pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

.DEFAULT_GOAL := help
.PHONY: help up down doctor clean shell preview simulated bench chaos test test-nightly test-unit lint schema screenshot \
	requirements environment everything

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: environment  ## a whole platform on this machine, with its URL and login at the end
	@.venv/bin/python -m testbed.local up

down:  ## take it all away again: what the program made, the cluster, this checkout's state
	@if [ -d .hubstack ]; then $(PYTHON) -m testbed.bootstrap && .venv/bin/python -m testbed.local down; \
	else rm -f .venv; echo "Nothing of this checkout is up."; fi

doctor: environment  ## what is there, what is missing, and which way each part would be had
	@.venv/bin/python -m testbed.local doctor

clean:  ## remove the cache of all that was built and downloaded
	@$(PYTHON) -m testbed.clean

shell: environment  ## a shell in which plain `pulumi preview|up|destroy -s local` works
	@.venv/bin/python -m testbed.local shell

preview: environment  ## what `make up` would change
	@.venv/bin/python -m testbed.local preview

simulated: everything  ## a shell in which plain `pulumi up -s course-fall` works, on clouds that the testbed simulates
	@.venv/bin/python -m testbed.cloud shell

bench: everything  ## how long up and destroy take on the simulated clouds, and what each hub costs
	@.venv/bin/python -m testbed.bench

chaos: everything  ## kill the engine at 20 random moments on each simulated cloud, and recover it each time
	@.venv/bin/python -m testbed.chaos

test: everything  ## everything: lint, types and all layers of tests, with a summary of their times
	@.venv/bin/python -m testbed.local test

test-nightly: everything  ## that, and what takes long for what it adds
	@PYTEST_ADDOPTS="$$PYTEST_ADDOPTS --nightly" .venv/bin/python -m testbed.local test

test-unit: everything  ## the loop of a contributor: no root, no cluster, no Pulumi command line
	@env -u PYTHONDONTWRITEBYTECODE PYTHONHASHSEED=0 .venv/bin/python -m pytest tests/unit -m 'not thorough' --hypothesis-profile loop --numprocesses auto --maxprocesses 4

lint: everything  ## style and types, of the Python and of the Go
	@.venv/bin/python -m testbed.local lint

schema: environment  ## write the JSON schema that editors check stack files with
	@.venv/bin/python -m components.settings.schema

screenshot: everything  ## take the README's pictures anew, in a browser: of a hub that the tests bring up, and of a comment
	@HUBSTACK_SCREENSHOT=1 .venv/bin/python -m pytest tests/browser

requirements:  ## pin the packages that pyproject.toml asks for: all of them at once, and each part from that
	$(COMPILE) --all-extras --group simulated --group dev -o requirements/dev.txt
	$(COMPILE) --all-extras -c requirements/dev.txt -o requirements.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/local.txt
	for cloud in gcp aws azure; do $(COMPILE) --extra $$cloud -c requirements/dev.txt -o requirements/$$cloud.txt || exit; done
	cd policies && $(subst pyproject.toml,requirements.in,$(COMPILE)) -o requirements.txt
	cd requirements && $(subst pyproject.toml,judges.in,$(COMPILE)) -o judges.txt

environment:
	@$(PYTHON) -m testbed.bootstrap

everything:
	@$(PYTHON) -m testbed.bootstrap everything
