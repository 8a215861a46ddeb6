/** Before all tests of the package: the tools, and one consumer for all of them. */
import { rmSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { createConsumer, type Consumer } from "./consumer.js";
import { installTools } from "./tools.js";

declare module "vitest" {
  interface ProvidedContext {
    consumer: Consumer;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => void> {
  installTools();
  const consumer = await createConsumer();
  provide("consumer", consumer);
  return () => rmSync(consumer.folder, { recursive: true });
}
