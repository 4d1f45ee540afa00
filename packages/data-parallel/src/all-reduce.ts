/**
 * All-reduce (sum) over shared memory: every worker writes its numbers to its own slot, waits at a barrier for the others,
 * then adds up all slots. Two sets of slots alternate, so a fast worker never overwrites numbers that a slower one still
 * reads, and each sum needs only one barrier.
 */
import type { SumReducer } from "@secateur/backend/engine";
import { AbortedError, DataParallelError } from "./errors.ts";

/** Shared memory of one pool. */
export interface AllReduce {
  /** `[workers at the barrier, barriers passed, aborted (0 or 1)]` */
  readonly control: Int32Array;
  /** `[2 sets, workers, capacity]` */
  readonly slots: Float64Array;
}

const [arrived, round, aborted] = [0, 1, 2];

/** Numbers per slot; longer arrays are summed in pieces. */
const capacity = 4096;

/** Polls before a worker sleeps: waking up takes longer than the other workers usually need. */
const spins = 20_000;

export function createAllReduce(workers: number): AllReduce {
  return {
    control: new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)),
    slots: new Float64Array(new SharedArrayBuffer(2 * workers * capacity * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** Call before a step, while no worker waits. */
export function resetAllReduce({ control }: AllReduce): void {
  for (const i of control.keys()) Atomics.store(control, i, 0);
}

/** Every worker that waits, now or later, throws an `AbortedError`. */
export function abortAllReduce({ control }: AllReduce): void {
  Atomics.store(control, aborted, 1);
  Atomics.add(control, round, 1);
  Atomics.notify(control, round);
}

/** The sum over all participants, for one worker and one step. It replaces the numbers in place. */
export function joinAllReduce(
  allReduce: AllReduce,
  worker: number,
  participants: number,
  timeoutMs: number,
): SumReducer {
  const { slots } = allReduce;
  const slot = (set: number, owner: number, length: number): Float64Array => {
    const start = set * (slots.length / 2) + owner * capacity;
    return slots.subarray(start, start + length);
  };
  let set = 0;
  const reduce = (sums: Float64Array): void => {
    slot(set, worker, sums.length).set(sums);
    waitAtBarrier(allReduce, participants, timeoutMs);
    sums.fill(0);
    // All workers add in the same order, so their sums are bit-identical.
    for (let other = 0; other < participants; other++) {
      const values = slot(set, other, sums.length);
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (values[i] as number);
    }
    set = 1 - set;
  };
  return (sums) => {
    for (let start = 0; start < sums.length; start += capacity) {
      reduce(sums.subarray(start, start + capacity));
    }
  };
}

function waitAtBarrier({ control }: AllReduce, participants: number, timeoutMs: number): void {
  const current = Atomics.load(control, round); // before the abort flag, or an abort in between would be missed
  checkAborted(control);
  if (Atomics.add(control, arrived, 1) + 1 === participants) {
    Atomics.store(control, arrived, 0);
    Atomics.add(control, round, 1);
    Atomics.notify(control, round);
    return;
  }
  for (let spin = 0; spin < spins; spin++) if (Atomics.load(control, round) !== current) break;
  // A loop, because a notification of the previous round may arrive late.
  while (Atomics.load(control, round) === current) {
    if (Atomics.wait(control, round, current, timeoutMs) === "timed-out") {
      throw new DataParallelError(
        `waited ${timeoutMs / 1000} s for the other workers: raise timeoutMs, or check whether a worker hangs`,
      );
    }
  }
  checkAborted(control);
}

function checkAborted(control: Int32Array): void {
  if (Atomics.load(control, aborted) === 1) throw new AbortedError("another worker failed");
}
