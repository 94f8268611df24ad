#!/bin/sh
# Takes out of the installed packages what Node never loads, which is most of them. Run where `npm ci` was run.
set -eu

# Links are not followed: nothing of the workspaces themselves is touched.
packages=$(find . -type d -name node_modules -prune)
: "${packages:?nothing is installed here}"

# Maps from compiled code to its source; types, and sources in TypeScript, which Node refuses to run below node_modules; what
# people read, but for licences, which have to come along.
find $packages -type f \( \
    -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.tsbuildinfo' \
    -o -iname '*.md' ! -iname 'licen[cs]e*' ! -iname 'copying*' ! -iname 'notice*' \
  \) -delete

# The packages' own tests; and the same code once more for bundlers and browsers, under names that no import in Node leads to.
find $packages -type d \( \
    -regex '.*/node_modules/\(@[^/]*/\)?[^@/][^/]*/tests?' \
    -o -path '*/@opentelemetry/*/build/esm' -o -path '*/@opentelemetry/*/build/esnext' \
    -o -path '*/typeorm/browser' \
  \) -prune -exec rm -r {} +
