/** For Node with --expose-gc: endurance.js MODEL TIMES prints what memory is like after a fifth of the runs and at the end. */
import { setTimeout } from "node:timers/promises";
import { loadModel } from "mobilenet-simd";

const [model, times] = process.argv.slice(2);
const net = await loadModel(model);
const input = new Uint8Array(128 * 128 * 3);
const linear = net.memory.total;

async function runs(count) {
  for (let left = count; left > 0; --left) {
    input[left % input.length] = left;
    net.run(input);
    if (left % 1000 === 0) reject(left);
  }
  for (const pause of [50, 50]) {
    globalThis.gc();
    await setTimeout(pause); // arrays are let go of behind the program's back
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, heap: heapUsed, buffers: arrayBuffers };
}

/** What is refused leaves the network as it was. */
function reject(seed) {
  const before = net.run(input)[0].data;
  const wrong = [new Uint8Array(seed), new Float32Array(input.length), "photo.jpg", undefined];
  for (const each of wrong) {
    try {
      net.run(each);
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) continue;
    }
    throw new Error("a wrong input was not refused");
  }
  const after = net.run(input)[0].data;
  if (after.some((value, i) => value !== before[i])) throw new Error("the network computes something else");
}

const early = await runs(times / 5);
const late = await runs((times * 4) / 5);
if (net.memory.total !== linear) throw new Error("linear memory has grown");
console.log(JSON.stringify({ early, late }));
