/** How busy others keep the machine while something is measured: they take caches and cores from it, threads above all. */
import { cpus } from "node:os";
import { cpuTime } from "../process/messages.js";

/** Begins to watch. The function returned tells how many cores others took, given the milliseconds that the engines took. */
export function watchOthers(): (engines: number) => number {
  const [busy, own, start] = [busyTime(), cpuTime(), performance.now()];
  return (engines) => {
    const others = busyTime() - busy - (cpuTime() - own) - engines;
    return Math.max(0, others / (performance.now() - start));
  };
}

/** CPU milliseconds of all processes so far. */
function busyTime(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}
