#!/usr/bin/env node
/** The command `mobilenet-simd`: finds the subcommand, runs it, and turns what it throws into a message and an exit code. */
import { UsageError, type Command } from "./command.js";
import { complain, endWithOutput, print } from "./terminal.js";

const COMMANDS: Readonly<Record<string, () => Promise<{ default: Command }>>> = {
  bench: () => import("./bench.js"),
  classify: () => import("./classify.js"),
  compile: () => import("./compile.js"),
  convert: () => import("./convert.js"),
  cost: () => import("./cost.js"),
  demo: () => import("./demo.js"),
  "demo-classify": () => import("./demo-classify.js"),
  detect: () => import("./detect.js"),
  faces: () => import("./faces.js"),
  inspect: () => import("./inspect.js"),
  profile: () => import("./profile.js"),
};

async function help(): Promise<string> {
  const lines = Object.entries(COMMANDS).map(
    async ([name, load]) => `  ${name.padEnd(13)} ${(await load()).default.summary}`,
  );
  return `mobilenet-simd: image recognition in WebAssembly SIMD

Usage: mobilenet-simd COMMAND …

Commands:
${(await Promise.all(lines)).join("\n")}

mobilenet-simd COMMAND --help explains a command.
Exit codes: 0 done, 1 something could not be read or run, 2 wrong arguments.
`;
}

/** Runs the command line and returns the exit code. */
async function main([name = "", ...args]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h" || name === "help") {
    print(await help());
    return 0;
  }
  if (name === "--version") {
    const { default: meta } = await import("../../package.json", { with: { type: "json" } });
    print(`${meta.version}\n`);
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load)
    throw new UsageError(name ? `no command ${JSON.stringify(name)}; see mobilenet-simd --help` : await help());
  const { default: command } = await load();
  if (args.includes("--help") || args.includes("-h")) {
    print(command.help);
    return 0;
  }
  return command.run(args);
}

endWithOutput();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
