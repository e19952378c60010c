# Everything happens in .venv in this checkout; each target sets up what it needs, nobody need be at the keyboard.
PY := sh house/python.sh -B
UNITS ?= 200

.PHONY: help demo test soak audit lint lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: ## a whole supply chain on this machine; stays up until Ctrl-C (without a terminal: ends with a status)
	@$(PY) house/environment.py demo
	@if [ -t 1 ]; then exec .venv/bin/zhuoyue-demo --units $(UNITS); \
	else exec .venv/bin/zhuoyue-demo --units $(UNITS) --exit; fi

test: ## style, types, walls and all tests
	@$(PY) house/check.py test

soak: ## the storm with 200 kills, a million changed inputs, long state machines; half an hour
	@$(PY) house/environment.py dev
	@ZHUOYUE_KILLS=$${ZHUOYUE_KILLS:-200} ZHUOYUE_INPUTS=$${ZHUOYUE_INPUTS:-1000000} \
	ZHUOYUE_FUZZ=$${ZHUOYUE_FUZZ:-5000} ZHUOYUE_LIVES=$${ZHUOYUE_LIVES:-200} ZHUOYUE_WORLDS=$${ZHUOYUE_WORLDS:-300} \
	ZHUOYUE_CASES=$${ZHUOYUE_CASES:-50} .venv/bin/python -m pytest -s \
	-o faulthandler_timeout=7200 tests/chaos tests/fuzz tests/traceability/test_fuzz.py tests/edge_agent/outbox/test_machine.py \
	tests/hub/sharing/test_never_sees.py tests/hub/security/test_openapi_is_true.py

audit: ## the pinned packages against published advisories; status 2 where those cannot be reached
	@$(PY) house/audit.py

lint: ## style, types and walls only
	@$(PY) house/check.py lint

lock: ## write requirements/*.lock from pyproject.toml
	@$(PY) house/locks.py

clean: ## remove .venv and every cache
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
