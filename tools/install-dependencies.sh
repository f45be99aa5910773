#!/usr/bin/env bash
# Installs what EcoLM is built and tested with: packages of Debian 12, and a
# Python that has the packages of python/requirements.txt. Asks nothing, and
# does nothing where everything is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  # to build: the compiler, MLIR 22, and what reads ONNX and tokenizers
  cmake ninja-build ccache clang-22 lld-22 llvm-22-dev llvm-22-tools
  libmlir-22-dev mlir-22-tools zlib1g-dev libprotobuf-dev protobuf-compiler
  libpcre2-dev libutf8proc-dev
  python3 python3-dev python3-venv
  # to test: formatting, sanitizers, and devices that every machine can emulate
  clang-format-22 libclang-rt-22-dev libgtest-dev qemu-user spirv-tools
  libvulkan-dev mesa-vulkan-drivers
  # to compile for other machines (docs/Targets.md): C libraries, which clang and
  # lld use, and what bare RISC-V lacks
  libc6-dev-arm64-cross libstdc++-12-dev-arm64-cross
  libc6-dev-riscv64-cross libstdc++-12-dev-riscv64-cross
  wasi-libc libc++-22-dev-wasm32 libclang-rt-22-dev-wasm32
  gcc-riscv64-unknown-elf
)

say() { echo "install-dependencies: $*" >&2; }

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    [[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" == ii* ]] ||
      echo "$package"
  done
}

install_packages() {
  local sudo=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      say "these packages are missing, and installing them takes root or sudo. As root:"
      say "  apt-get update && apt-get install -y $*"
      exit 1
    fi
    sudo=(sudo)
  fi
  say "installing $*"
  "${sudo[@]}" apt-get update -qq
  if ! apt-cache show libmlir-22-dev >/dev/null 2>&1; then
    say "no package source of this machine has libmlir-22-dev. Debian 12 has it in"
    say "  deb http://deb.debian.org/debian-security bookworm-security main"
    say "and https://apt.llvm.org in llvm-toolchain-bookworm-22. Add one, and start again."
    exit 1
  fi
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Whether an interpreter has every pinned package in its pinned version.
has_requirements() {
  "$1" - python/requirements.txt 2>/dev/null <<'END'
import importlib.metadata as metadata, sys
for line in open(sys.argv[1]):
    name, _, version = line.split("#")[0].strip().partition("==")
    if name and metadata.version(name) != version:
        sys.exit(1)
END
}

if [[ -n "${ECOLM_SKIP_INSTALL:-}" ]]; then
  say "skipped, as ECOLM_SKIP_INSTALL asks"
  exit 0
fi

if ! command -v dpkg-query >/dev/null; then
  say "this is not Debian: install MLIR 22, clang 22, CMake, Ninja, protobuf, zlib,"
  say "PCRE2, utf8proc and GoogleTest by hand, then start again with ECOLM_SKIP_INSTALL=1"
  exit 1
fi
mapfile -t missing < <(missing_packages)
((${#missing[@]} == 0)) || install_packages "${missing[@]}"

# Debian's Python takes no packages from PyPI, so .venv holds them, unless the
# python3 of this shell has them already.
if [[ ! -x .venv/bin/python ]] && has_requirements python3; then
  exit 0
fi
if ! has_requirements .venv/bin/python; then
  say "installing Python packages in .venv"
  [[ -x .venv/bin/python ]] || python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    -r python/requirements.txt
fi
