#!/usr/bin/env bash
# All checks, from lint to the tests against real etcd, Docker and kernel. What it starts it also stops.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

results=$(mktemp -d)
passed=0
failed=0

cleanup() {
  stop_docker
  remove_guard_routes
  remove_kubectl
  rm -rf "$results"
}
trap cleanup EXIT

step() {
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); printf '== %s FAILED\n' "$name"; fi
}

install_debian_packages
add_guard_routes
provide_kubectl
start_docker

step 'generated code' npx nx run-many -t generate
step 'types' npm run --silent typecheck
step 'no circular imports' npm run --silent circles
step 'lint' npx nx run-many -t lint
step 'unit tests' npx nx run-many -t test
step 'bundles' npx nx run-many -t build
# What needs real processes and a real kernel gets a second try, which is told at the end.
export T8S_SECOND_TRIES=$results/second-tries
touch "$T8S_SECOND_TRIES"
step 'integration tests' npx nx run-many -t integration --parallel=1
step 'end-to-end tests' npx nx run e2e:e2e

[ -s "$T8S_SECOND_TRIES" ] && printf '\nSpec files that passed at their second try only:\n%s\n' "$(cat "$T8S_SECOND_TRIES")"
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
