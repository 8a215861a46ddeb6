/** The process of one engine: loads it, runs it until V8 has optimised it, and then whenever it is asked to. */
import { peakMemory } from "../compare/process/messages.js";
import { load, type EngineName, type Picture } from "./engines.js";

const WARM_UP = 10;

const [name, picture] = process.argv.slice(2) as [EngineName, string];
const run = await load[name](JSON.parse(picture) as Picture);
let faces: number[] = [];
for (let i = 0; i < WARM_UP; ++i) faces = await run();
process.send!({ faces });
process.on("message", async (count: number) => {
  const times: number[] = [];
  while (times.length < count) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  process.send!({ times, peak: peakMemory() });
});
process.on("disconnect", () => process.exit());
