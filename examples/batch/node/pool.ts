/** Threads that classify pictures, each with a network of its own. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Classification } from "mobilenet-simd";

/** What comes of a picture. */
export type Answer = { readonly classes: readonly Classification[] } | { readonly error: string };

interface Task {
  readonly file: string;
  readonly resolve: (answer: Answer) => void;
}

export class Pool {
  /** How many threads there are. */
  readonly size: number;
  /** The threads, and what each is at. */
  readonly #threads = new Map<Worker, Task | undefined>();
  readonly #idle: Worker[] = [];
  readonly #waiting: Task[] = [];
  #closed = false;

  private constructor(size: number) {
    this.size = size;
  }

  /**
   * Starts the threads and waits until they are ready.
   *
   * @param model the path of a model file, such as a `.tflite` file or a compiled model.
   * @param size number of threads. Default: as many as the machine runs at once.
   * @throws the error of a thread that cannot load the model.
   */
  static async start(model: string, size: number = availableParallelism()): Promise<Pool> {
    const pool = new Pool(size);
    try {
      await Promise.all(Array.from({ length: size }, () => pool.#add(model)));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /**
   * Classifies a file as soon as a thread is free. Whoever calls this more often than the pool has threads fills a queue in
   * memory; classifyAll() does not.
   */
  classify(file: string): Promise<Answer> {
    if (this.#closed) throw new Error("the pool is closed");
    return new Promise((resolve) => {
      this.#waiting.push({ file, resolve });
      this.#assign();
    });
  }

  /** Ends the threads. What is not done gets an error. */
  async close(): Promise<void> {
    this.#closed = true;
    const undone = [...this.#threads.values(), ...this.#waiting.splice(0)];
    for (const task of undone) task?.resolve({ error: "the pool was closed" });
    await Promise.all([...this.#threads.keys()].map((thread) => thread.terminate()));
  }

  #add(model: string): Promise<void> {
    const thread = new Worker(new URL("./thread.ts", import.meta.url), { workerData: model });
    this.#threads.set(thread, undefined);
    return new Promise((resolve, reject) => {
      thread.on("message", (answer: Answer | undefined) => {
        if (answer) this.#threads.get(thread)!.resolve(answer);
        else resolve(); // it is ready
        this.#threads.set(thread, undefined);
        this.#idle.push(thread);
        this.#assign();
      });
      thread.on("error", (error) => {
        reject(error);
        void this.close(); // out of memory, say: the others would not fare better
      });
    });
  }

  /** Gives waiting files to idle threads. */
  #assign(): void {
    while (this.#idle.length && this.#waiting.length) {
      const [thread, task] = [this.#idle.pop()!, this.#waiting.shift()!];
      this.#threads.set(thread, task);
      thread.postMessage(task.file);
    }
  }
}
