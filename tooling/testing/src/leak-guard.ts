/** Every test gives back the tensors it makes, unless it says why not. */
import * as tf from "@tensorflow/tfjs-core";
import type { RunnerTestCase } from "vitest";

type Task = Pick<RunnerTestCase, "meta" | "result">;

const tensorsAtStart = new WeakMap<Task, number>();

/** @example it("keeps a cache", ({ task }) => { allowLeaks(task, "the cache is shared by all tests"); }); */
export function allowLeaks(task: Task, reason: string): void {
  task.meta.leaksAllowed = reason;
}

export function countTensors(task: Task): void {
  tensorsAtStart.set(task, tf.memory().numTensors);
}

/** Throws when there are other tensors than before the test. A failed test has told enough. */
export function checkTensors(task: Task): void {
  const before = tensorsAtStart.get(task);
  if (before === undefined || task.result?.state === "fail" || task.meta.leaksAllowed !== undefined) return;
  const leaked = tf.memory().numTensors - before;
  if (leaked > 0) throw new Error(`${leaked} tensors were not disposed`);
  if (leaked < 0) throw new Error(`${-leaked} tensors were disposed that the test did not make`);
}

declare module "vitest" {
  interface TaskMeta {
    /** Why this test may leave tensors behind. */
    leaksAllowed?: string;
  }
}
