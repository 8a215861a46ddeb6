/** Temporary folders that are gone after a test file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A folder for the tests of a file; call the result inside of a test to get its path. */
export function temporaryFolder(): () => string {
  let path = "";
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  });
  afterAll(() => rmSync(path, { recursive: true }));
  return () => path;
}
