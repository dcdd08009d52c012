#!/bin/sh
# The bootstrap: sh scripts/setup.sh [reproduce|recipes|all] [--strict], from any directory; `all` when nothing is said.
# Installs the npm packages if node_modules is not what package-lock.json says, then hands over to setup.ts.
# Standard output stays empty: `npm run reproduce -- --json` prints one JSON document there.
set -eu
exec >&2
CDPATH='' cd -- "$(dirname -- "$0")/.."

fail() {
  echo "setup: $*"
  exit 1
}

# Every package of the lock file at its checksum, and no other; optional ones (other platforms) may be missing.
# npm writes node_modules/.package-lock.json last, so an interrupted `npm ci` does not pass.
in_step() {
  [ -e node_modules/tsx/package.json ] && node -e '
    const read = (path) => JSON.parse(require("fs").readFileSync(path, "utf8")).packages;
    const want = read("package-lock.json");
    const have = read("node_modules/.package-lock.json");
    const same = (path) => (have[path] ? have[path].integrity === want[path].integrity : want[path].optional);
    const ready = Object.keys(want).every((path) => path === "" || same(path)) && Object.keys(have).every((path) => want[path]);
    process.exit(ready ? 0 : 1);
  ' 2>/dev/null
}

command -v node >/dev/null || fail 'node is missing; install Node 20.12 or newer, with npm (https://nodejs.org)'
node -e 'var v = process.versions.node.split("."); process.exit(v[0] > 20 || (v[0] == 20 && v[1] >= 12) ? 0 : 1)' ||
  fail "Node $(node --version) is too old; install Node 20.12 or newer (https://nodejs.org)"

if ! in_step; then
  command -v npm >/dev/null || fail 'npm is missing; install the npm that belongs to your Node (https://nodejs.org)'
  # Two set-ups at once: the second waits here, then finds the work done (flock(1), util-linux).
  exec 9<package.json
  if command -v flock >/dev/null && ! flock -n 9; then
    echo 'setup: waiting for another set-up of this checkout'
    flock 9
  fi
  if ! in_step; then
    [ -w . ] || fail "node_modules is not what package-lock.json says, and $(pwd) is not yours to write; run npm ci as its owner"
    echo 'setup: installing the npm packages of package-lock.json (npm ci)'
    npm ci --no-audit --no-fund --no-update-notifier --loglevel=error || fail 'npm ci failed (see above); mend what it says, then run npm run setup'
  fi
  exec 9<&-
fi

exec node --import tsx scripts/setup.ts "$@"
