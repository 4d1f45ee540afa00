/**
 * Where workers meet to add up numbers: each puts its own into its place, all wait for the last, each reads all places.
 * There are two sets of places in turn, so that nobody overwrites what a slower one still reads, with one wait a sum.
 */
import type { SumReducer } from "@secateur/backend/engine";
import { AbandonedError, TeamError } from "./errors.ts";

/** All of it is shared memory. */
export interface Meeting {
  /** How many have come, how often all have come, and whether it is abandoned. */
  readonly control: Int32Array;
  /** `[2 turns, workers, capacity]` */
  readonly places: Float64Array;
}

const [arrived, round, abandoned] = [0, 1, 2];

/** Numbers a place holds; longer arrays are added up piece by piece. */
const capacity = 4096;

/** Looks before it sleeps: to be woken takes longer than the others usually lag behind. */
const patience = 20_000;

export function createMeeting(workers: number): Meeting {
  return {
    control: new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)),
    places: new Float64Array(new SharedArrayBuffer(2 * workers * capacity * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** Before a step, while nobody waits. */
export function resetMeeting({ control }: Meeting): void {
  for (const i of control.keys()) Atomics.store(control, i, 0);
}

/** Whoever waits, or will, throws an `AbandonedError`. */
export function abandonMeeting({ control }: Meeting): void {
  Atomics.store(control, abandoned, 1);
  Atomics.add(control, round, 1);
  Atomics.notify(control, round);
}

/** One worker's way to add up sums with the others, for one step. */
export function meet(meeting: Meeting, me: number, participants: number, timeoutMs: number): SumReducer {
  const { places } = meeting;
  const place = (turn: number, worker: number, length: number): Float64Array => {
    const start = turn * (places.length / 2) + worker * capacity;
    return places.subarray(start, start + length);
  };
  let turn = 0;
  const addUp = (sums: Float64Array): void => {
    place(turn, me, sums.length).set(sums);
    waitForAll(meeting, participants, timeoutMs);
    sums.fill(0);
    // Everyone adds in the same order, so everyone has the same bits.
    for (let worker = 0; worker < participants; worker++) {
      const theirs = place(turn, worker, sums.length);
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (theirs[i] as number);
    }
    turn = 1 - turn;
  };
  return (sums) => {
    for (let start = 0; start < sums.length; start += capacity) {
      addUp(sums.subarray(start, start + capacity));
    }
  };
}

function waitForAll({ control }: Meeting, participants: number, timeoutMs: number): void {
  const now = Atomics.load(control, round); // before looking whether it is abandoned, or that could be missed
  checkAbandoned(control);
  if (Atomics.add(control, arrived, 1) + 1 === participants) {
    Atomics.store(control, arrived, 0);
    Atomics.add(control, round, 1);
    Atomics.notify(control, round);
    return;
  }
  for (let look = 0; look < patience; look++) if (Atomics.load(control, round) !== now) break;
  // A wake-up can be that of the round before, on its way while this worker has gone on to the next: look again.
  while (Atomics.load(control, round) === now) {
    if (Atomics.wait(control, round, now, timeoutMs) === "timed-out") {
      throw new TeamError(`it has waited ${timeoutMs / 1000} s for the other workers`);
    }
  }
  checkAbandoned(control);
}

function checkAbandoned(control: Int32Array): void {
  if (Atomics.load(control, abandoned) === 1) throw new AbandonedError("another worker failed");
}
