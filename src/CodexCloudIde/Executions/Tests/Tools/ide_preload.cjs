// Loaded into every Node program of a test run: where the program turns out to be jest or vitest, however it was started, it also reports to us.
const { realpathSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

/** The options that make it report, beside what it says to people. */
exports.reporting = (program, asked) => {
  const has = (option) => asked.some((word) => word === option || word.startsWith(`${option}=`));
  if (/\/node_modules\/(?:jest|jest-cli)\/bin\/jest\.js$/.test(program)) {
    return ["--testLocationInResults=true", ...(has("--reporters") ? [] : ["--reporters=default"]), `--reporters=${__dirname}/ide_jest.mjs`];
  }
  if (/\/node_modules\/vitest\/vitest\.mjs$/.test(program)) {
    return ["--includeTaskLocation=true", ...(has("--reporter") ? [] : ["--reporter=default"]), `--reporter=${__dirname}/ide_vitest.mjs`];
  }
  return [];
};

if (isMainThread && process.argv[1] && process.env.IDE_REPORT) {
  let program = "";
  try {
    program = realpathSync(process.argv[1]);
  } catch {
    // No file: not one of them.
  }
  process.argv.splice(2, 0, ...exports.reporting(program, process.argv.slice(2)));
}
