# shellcheck shell=bash
# Functions shared by the scripts of this directory, which source it from the root of the checkout.
# They keep to bash 3.2, the one macOS has.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "${0##*/}: $*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# --- locks and ports ---------------------------------------------------------

# take_lock FILE: holds FILE's lock through descriptor 9 until this process and all that inherited
# the descriptor have ended; fails at once when another holds it.
take_lock() {
  exec 9>>"$1"
  flock_9 nonblocking
}

# wait_for_lock FILE NAME: the same, but waits its turn.
wait_for_lock() {
  take_lock "$1" && return
  say "Waiting for another $2 to end …"
  flock_9
}

flock_9() {
  if has flock; then
    flock ${1:+-n} 9
  else # macOS has no flock(1), but a perl
    perl -MFcntl=:flock -e \
      'open my $lock, ">>&=", 9 or die $!; exit !flock $lock, LOCK_EX | (@ARGV ? LOCK_NB : 0)' "$@"
  fi
}

port_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || (exec 3<>"/dev/tcp/::1/$1") 2>/dev/null
}

# Below the ports that the kernels hand out to outgoing connections, so that a recorded port is
# still free at the next start.
random_free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)) && port_taken "$port"; do :; done
  echo "$port"
}

# --- installed programs ------------------------------------------------------

require_cargo() {
  has cargo || PATH=$PATH:$HOME/.cargo/bin
  has cargo || fail "cargo is missing. Install Rust from https://rustup.rs and run this again."
}

# major_version PROGRAM: the first number in what `PROGRAM --version` says.
major_version() {
  local version
  version=$("$1" --version 2>/dev/null) || return
  [[ $version =~ [0-9]+ ]] && echo "${BASH_REMATCH[0]}"
}

# postgres_bin [MAJOR]: the directory of Postgres' server programs: of version MAJOR, else of the
# newest version, from 15 on.
postgres_bin() {
  local bin major best='' best_major=14
  for bin in "$(dirname "$(command -v postgres || echo /nowhere/postgres)")" \
    /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin \
    /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
    [[ -x $bin/initdb && -x $bin/pg_ctl && -x $bin/psql ]] || continue
    major=$(major_version "$bin/postgres") || continue
    if [[ $major == "${1:-}" ]] || { [[ -z ${1:-} ]] && ((major > best_major)); }; then
      best=$bin best_major=$major
    fi
  done
  [[ -n $best ]] && echo "$best"
}

# redis_server: the program, from version 7 on.
redis_server() {
  local program major
  for program in "$(command -v redis-server || :)" /opt/homebrew/bin/redis-server /usr/local/bin/redis-server; do
    if [[ -x $program ]] && major=$(major_version "$program") && ((major >= 7)); then
      echo "$program"
      return
    fi
  done
  return 1
}

has_ffmpeg() { has ffmpeg && has ffprobe; }

psql_program() {
  local bin
  if bin=$(postgres_bin ''); then
    echo "$bin/psql"
  else
    command -v psql || fail "psql is missing: install the client programs of PostgreSQL 15 or newer."
  fi
}

# --- private servers ---------------------------------------------------------

# start_missing_servers DIR [--fast]: a private server for each of DATABASE_URL and REDIS_URL that
# is empty; exports both. Sets STARTED_SERVERS to DIR when it had to start one.
start_missing_servers() {
  local dir=$1 only='' urls url
  shift
  if [[ -z ${DATABASE_URL:-} || -z ${REDIS_URL:-} ]]; then
    [[ -n ${DATABASE_URL:-} ]] && only=--redis-only
    [[ -n ${REDIS_URL:-} ]] && only=--pg-only
    STARTED_SERVERS=$dir
    urls=$(bin/servers start "$dir" ${only:+"$only"} "$@")
    while IFS= read -r url; do export "${url?}"; done <<<"$urls"
  fi
  export DATABASE_URL REDIS_URL
}

stop_started_servers() {
  [[ -n ${STARTED_SERVERS:-} ]] || return 0
  trap '' INT TERM HUP # an impatient second Ctrl-C would leave them running
  bin/servers stop "$STARTED_SERVERS" 9>&-
}

# start_test_servers: those of TEST_DATABASE_URL and TEST_REDIS_URL, else private ones that end with
# this script.
start_test_servers() {
  mkdir -p .commons
  wait_for_lock .commons/test.lock 'bin/test or bin/prepare'
  DATABASE_URL=${TEST_DATABASE_URL:-} REDIS_URL=${TEST_REDIS_URL:-}
  if [[ -z $DATABASE_URL || -z $REDIS_URL ]]; then
    bin/servers install 9>&-
  else
    bin/servers install --build-only 9>&-
  fi
  start_missing_servers .commons/test --fast
}

# --- the build and what is generated from it ---------------------------------

target_dir() { echo "${CARGO_TARGET_DIR:-target}"; }

# commons_binary debug|release
commons_binary() { echo "$(target_dir)/$1/commons"; }

# build_commons debug|release [OPTION…]: with the queries checked against .sqlx/ and not against
# whatever database the environment or .env names.
build_commons() {
  local profile=dev
  [[ $1 == debug ]] || profile=$1
  SQLX_OFFLINE=true cargo build --workspace --bin commons --profile "$profile" "${@:2}"
}

# url_of_database NAME: DATABASE_URL, for another database on the same server.
url_of_database() {
  local address=${DATABASE_URL%%\?*} options=''
  [[ $DATABASE_URL == *\?* ]] && options="?${DATABASE_URL#*\?}"
  echo "${address%/*}/$1$options"
}

# create_schema_database: commons_schema, with the migrations applied and no data. It works without
# the binary, because the binary's compile-time checks need it.
create_schema_database() {
  local psql migration
  psql=$(psql_program)
  run_sql() { PGOPTIONS='--client_min_messages=warning' "$psql" -X -q -v ON_ERROR_STOP=1 "$@" >/dev/null; }
  run_sql -d "$DATABASE_URL" -c 'DROP DATABASE IF EXISTS commons_schema WITH (FORCE)' \
    -c 'CREATE DATABASE commons_schema'
  for migration in migrations/*.sql; do
    run_sql -d "$(url_of_database commons_schema)" -1 -f "$migration"
  done
}

query_cache() { echo "$(cd "$(target_dir)" && pwd)/sqlx-fresh"; }

# with_fresh_query_cache COMMAND…: runs a cargo command that checks every query against
# commons_schema and writes what it learns to query_cache.
with_fresh_query_cache() {
  mkdir -p "$(target_dir)/sqlx-fresh"
  local cache
  cache=$(query_cache)
  rm -rf "$cache"
  mkdir "$cache"
  # The macros write only when they run, and cargo would not run them in crates it has compiled before.
  touch -c platform/src/lib.rs domain/src/lib.rs
  SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$cache DATABASE_URL=$(url_of_database commons_schema) "$@"
}
