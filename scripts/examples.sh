#!/usr/bin/env bash
# Runs examples/ as a stranger would: outside the repository, on the packages that npm installed
# from their tarballs.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$root"
rm -rf packages/*/dist
npx --yes pnpm@12 build
npx --yes pnpm@12 --recursive --filter "./packages/*" exec pnpm pack --pack-destination "$folder" >/dev/null

cp -r examples/. "$folder"
cd "$folder"
npm install --no-audit --no-fund ./*.tgz
npm test
