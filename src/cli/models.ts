/** mobilenet-simd models: the pretrained models that have a name. */
import { isCached } from "../models/fetch.js";
import { MODELS, type ModelName } from "../models/registry.js";
import { parse, table, UsageError, type Command } from "./command.js";
import { print } from "./terminal.js";

const command: Command = {
  summary: "lists the pretrained models that other commands take by name",
  help: `Usage: mobilenet-simd models [--json]

Lists the pretrained models that --model takes by name, with their size and licence, and whether the cache has them. A
model that it lacks is fetched and verified when it is first used. The environment variable MOBILENET_SIMD_CACHE names
another folder for the cache.

  --json          one JSON object a line for each model
`,
  async run(args) {
    const { values, positionals } = parse(args, { json: { type: "boolean", default: false } });
    if (positionals.length) throw new UsageError(`expected no arguments, got ${positionals.length}`);
    const models = await Promise.all(
      (Object.keys(MODELS) as ModelName[]).map(async (name) => ({ name, cached: await isCached(name) })),
    );
    if (values.json) {
      for (const { name, cached } of models) print(`${JSON.stringify({ name, ...MODELS[name], cached })}\n`);
      return 0;
    }
    const rows = models.map(({ name, cached }) => {
      const { task, bytes, license } = MODELS[name];
      return [name, task, `${(bytes / 1e6).toFixed(1)} MB`, license, cached ? "cached" : ""];
    });
    print(table([["name", "task", "size", "licence", ""], ...rows], [false, false, true, false, false]));
    return 0;
  },
};

export default command;
