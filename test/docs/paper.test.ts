/** The outputs in docs/paper.md are those of the commands above them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const source = readFileSync(join(ROOT, "docs/paper.md"), "utf8");

/** Commands that always print the same, with what the page says they print. */
const shown = [...source.matchAll(/```sh\nnpx mobilenet-simd (cost.*)\n```\n\n```text\n([^`]*)```/g)].map(
  ([, command, output]) => [command!, output!] as const,
);

describe("docs/paper.md", () => {
  test("shows each cost command with its output", () => {
    expect(shown.length).toBe(source.match(/^npx mobilenet-simd cost/gm)!.length);
    expect(shown.map(([command]) => command)).toContain("cost --paper");
  });

  test.each(shown)("%s", (command, output) => {
    const args = [join(ROOT, "build/cli.js"), ...command.split(" ")];
    expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe(output);
  });

  test("links to files that there are", () => {
    const targets = [...source.matchAll(/\]\((\.\.?\/[^)#]+|[\w.-]+\.\w+)\)/g)].map(([, target]) => target!);
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(existsSync(join(ROOT, "docs", target)), target).toBe(true);
  });
});
