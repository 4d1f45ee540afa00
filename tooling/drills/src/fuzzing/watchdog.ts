/** Ends the process when it makes no progress: a reader that never returns blocks the main thread and its timers. */
import { Worker } from "node:worker_threads";

const program = `
const { writeSync } = require("node:fs");
const { workerData: { progress, limitMs, pid } } = require("node:worker_threads");
let [before, since] = [-1, Date.now()];
setInterval(() => {
  const now = Atomics.load(progress, 0);
  if (now !== before) [before, since] = [now, Date.now()];
  else if (Date.now() - since > limitMs) {
    writeSync(2, "Input " + now + " does not end.\\n");
    process.kill(pid, "SIGKILL");
  }
}, 500);
`;

export interface Watchdog {
  /** Reports progress. @param index - Named if the process makes no further progress. */
  readonly alive: (index: number) => void;
  readonly stop: () => Promise<number>;
}

export function startWatchdog(limitMs: number): Watchdog {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(program, { eval: true, workerData: { progress, limitMs, pid: process.pid } });
  return {
    alive: (index) => void Atomics.store(progress, 0, index),
    stop: () => worker.terminate(),
  };
}
