/** The bench's side of a process that runs one engine with one model. */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { COMPARE } from "../folders.js";
import { now, type Answer, type Batch, type Ready, type Refused, type Request, type Task } from "./messages.js";

const CHILD = fileURLToPath(new URL("build/child.js", COMPARE));

/** Longer than any engine takes to load. */
const PATIENCE = 60_000;

/** How much of what an engine writes to stderr goes into the message of its failure. */
const STDERR_TAIL = 2000;

export class EngineProcess {
  /** Milliseconds since the epoch when it was started. */
  readonly started = now();
  readonly #child: ChildProcess;
  #stderr = "";

  constructor(node: string, task: Task) {
    this.#child = fork(CHILD, [JSON.stringify(task)], {
      execPath: node,
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
  }

  /** Waits until it has loaded and first run the model. */
  ready(): Promise<Ready | Refused> {
    return this.#answer<Ready | Refused>();
  }

  /** Has it run for a while. */
  run(request: Request): Promise<Batch> {
    const answer = this.#answer<Batch>();
    if (this.#child.connected) this.#child.send(request);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#hasEnded()) return;
    const exit = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill();
    await exit;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The next message, or an error if there will be none. */
  #answer<A extends Answer>(): Promise<A> {
    return new Promise((resolve, reject) => {
      const finish = (action: () => void) => {
        clearTimeout(timer);
        this.#child.off("message", answered).off("exit", ended);
        action();
      };
      const answered = (message: A) => finish(() => resolve(message));
      const ended = () => finish(() => reject(new Error(`the process ended: ${this.#stderr.trim()}`)));
      const timer = setTimeout(() => finish(() => reject(new Error("no answer for a minute"))), PATIENCE);
      this.#child.on("message", answered).on("exit", ended);
      if (this.#hasEnded()) ended();
    });
  }
}
