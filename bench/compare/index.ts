/**
 * npm run bench:compare: how long a picture takes here and elsewhere. `--help` says what it can do.
 *
 * All engines get the same networks with the same weights, from one writer for each format, and the same input. Nothing
 * is timed that has not computed what ours computes. Copying the input in and the output out counts everywhere.
 */
import { UsageError } from "../../src/cli/command.js";
import { installRivals } from "./install.js";
import { HELP, parseOptions } from "./options.js";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) {
    await installRivals(options.engines);
    const { compare } = await import("./compare.js"); // imports what was installed
    process.exitCode = (await compare(options)) ? 0 : 1;
  } else {
    process.stdout.write(HELP);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
