/** docs/kernels-abi.md says what the kernels are, and its example computes what plain arithmetic does. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KERNELS, type KernelName, type Kernels } from "../build/abi.js";
import { RARE_KERNELS, RARE_LAYOUTS } from "../build/abi.rare.js";
import { BUILDS, buildFile } from "./support/modules.js";

const ROOT = join(import.meta.dirname, "..");
const DOCUMENT = readFileSync(join(ROOT, "docs/kernels-abi.md"), "utf8");

test("every kernel takes a class of parameters that the document has a table of", () => {
  for (const [kernel, name] of Object.entries({ ...KERNELS, ...RARE_KERNELS }) as [KernelName, Kernels[KernelName]][]) {
    const [, section] = new RegExp(`^### ${name}\n([\\s\\S]*?)(?=^##)`, "m").exec(DOCUMENT)!;
    expect(section, kernel).toContain(`\`${kernel}\``);
    const rows = [...section!.matchAll(/^\| +(\d+) \| `(\w+)`/gm)].map(([, offset, field]) => [Number(offset), field]);
    expect(rows, name).toEqual(RARE_LAYOUTS[name].map(([field], index) => [4 * index, field]));
  }
});

/** The kernels in a column of the table of classes. */
function listed(column: 2 | 3): string[] {
  const [, table] = /<!-- kernels -->\n([\s\S]*?)<!-- \/kernels -->/.exec(DOCUMENT)!;
  return table!
    .split("\n")
    .flatMap((row) => [...(row.split("|")[column] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

function exportsOf(file: string): string[] {
  const exports = WebAssembly.Module.exports(new WebAssembly.Module(buildFile(file)));
  return exports.filter(({ kind }) => kind === "function").map(({ name }) => name);
}

test.each(BUILDS.filter((build) => build !== "wide"))("the exports of the %s module", (name) => {
  const list = DOCUMENT.slice(DOCUMENT.indexOf("## The exports"), DOCUMENT.indexOf("## An example"));
  const others = [...list.matchAll(/`(\w+)\(.*?\)`/g)].map(([, other]) => other!);
  expect(others).toHaveLength(4);
  expect([...listed(2), ...others].toSorted()).toEqual(exportsOf(`kernels.${name}.wasm`).toSorted());
});

test("the exports of the rare module", () => {
  expect(listed(3).toSorted()).toEqual(exportsOf("kernels.rare.wasm").toSorted());
});

test("the example", () => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(DOCUMENT)!;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", code!], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const image = (c: number, y: number, x: number) => Math.sin((y * 4 + x) * 8 + c);
  const relu6 = (sum: number) => Math.min(Math.max(sum, 0), 6);
  const filtered = (c: number, y: number, x: number) => {
    let sum = Math.cos(c);
    for (let i = 0; i < 3; ++i) {
      for (let j = 0; j < 3; ++j) {
        const [row, column] = [y + i - 1, x + j - 1];
        const inside = row >= 0 && row < 4 && column >= 0 && column < 4;
        if (inside) sum += image(c, row, column) * Math.cos((1 + i * 3 + j) * 8 + c);
      }
    }
    return relu6(sum);
  };
  const expected = [];
  for (let block = 0; block < 2; ++block) {
    for (let pixel = 0; pixel < 16; ++pixel) {
      for (let n = 0; n < 8; ++n) {
        const weight = (k: number) => Math.cos(2 * (block * 72 + k * 8 + n));
        let sum = weight(0);
        for (let k = 0; k < 8; ++k) sum += filtered(k, Math.floor(pixel / 4), pixel % 4) * weight(1 + k);
        expected.push(relu6(sum));
      }
    }
  }
  // At most 18 products of numbers up to 6 in float32.
  const bound = 18 * 6 * 2 ** -23;
  const output = JSON.parse(printed) as number[];
  expect(output.length).toBe(expected.length);
  for (const [i, value] of output.entries()) expect(Math.abs(value - expected[i]!), `element ${i}`).toBeLessThan(bound);
  expect(expected.some((value) => value > 0 && value < 6)).toBe(true);
});
