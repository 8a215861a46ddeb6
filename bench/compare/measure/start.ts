/** What a new process takes: until its first result, for its first runs, and of memory. One thread, nothing warm. */
import type { EngineName } from "../engines/index.js";
import type { PreparedWork } from "../models/prepare.js";
import { begin, type Begun, type Host } from "./begin.js";
import { failed, type Failure, type Outcomes } from "./outcome.js";
import type { Quantity, Row } from "./rows.js";
import { figure, type Figure } from "./statistics.js";

const MEASURES = {
  start: ({ process, ready }) => ready.firstResult - process.started,
  own: ({ ready }) => ready.firstResult - ready.begun,
  first: ({ ready }) => ready.times[0]!,
  second: ({ ready }) => ready.times[1]!,
  tenth: ({ ready }) => ready.times[9]!,
  peak: ({ ready }) => ready.peak / 1e6,
} as const satisfies Partial<Record<Quantity, (begun: Begun) => number>>;

/** Starts each engine in turn, several times. */
export async function measureStart(
  host: Host,
  prepared: PreparedWork,
  engines: readonly EngineName[],
  times: number,
): Promise<Row[]> {
  const started = new Map<EngineName, Begun[]>(engines.map((engine) => [engine, []]));
  const failures = new Map<EngineName, Failure>();
  for (let time = 0; time < times; ++time) {
    for (const engine of engines) {
      if (failures.has(engine)) continue;
      const begun = await begin(host, engine, prepared, 1);
      if (failed(begun)) {
        failures.set(engine, begun);
      } else {
        started.get(engine)!.push(begun);
        await begun.process.stop();
      }
    }
  }
  return Object.entries(MEASURES).map(([quantity, measure]) => {
    const outcomeOf = (engine: EngineName) => failures.get(engine) ?? figure(started.get(engine)!.map(measure));
    const outcomes: Outcomes<Figure> = Object.fromEntries(engines.map((engine) => [engine, outcomeOf(engine)]));
    return { quantity: quantity as keyof typeof MEASURES, work: prepared.work, threads: 1, outcomes };
  });
}
