# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Sourced by scripts/test and scripts/demo, which set $script to their own name and work in the root of the repository.

# What building and testing need, as Debian 12 and Ubuntu 24.04 name it.
packages="g++ cmake ninja-build pkg-config libyaml-cpp-dev libyaml-dev libre2-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libabsl-dev
  libcurl4-openssl-dev libgtest-dev libgmock-dev libbenchmark-dev python3 python3-yaml python3-jsonschema"

# Progress and complaints go to standard error, so that standard output holds results alone.
say() {
  printf '%s: %s\n' "$script" "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

# The packages of $packages that are not installed, on one line.
missing_packages() {
  missing=
  for package in $packages; do
    # "ii": wanted and installed.
    status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) || status=
    case $status in
      ii*) ;;
      *) missing="$missing $package" ;;
    esac
  done
  printf '%s\n' "${missing# }"
}

# Runs a command as root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Installs what is missing; does nothing, and asks for no rights, when nothing is.
install_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    say "no dpkg here; the build needs what these Debian packages hold:" "$packages"
    return 0
  fi
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
    fail "missing packages, and neither root nor sudo to install them. As root: apt-get install $missing"
  fi
  say "installing $missing"
  as_root apt-get update >&2 || fail "apt-get update failed"
  # shellcheck disable=SC2086  # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >&2 ||
    fail "apt-get install failed"
}

# Number of processors, for parallel jobs.
processors() {
  nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}

# Installs packages, configures the preset and builds it into build/release.
build_release() {
  install_packages
  say "building build/release"
  cmake --preset release >&2 || fail "configuring failed"
  cmake --build --preset release --parallel "$(processors)" >&2 || fail "the build failed"
}
