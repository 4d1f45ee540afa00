/** The leak guard, on a task of its own: a test that leaks on purpose would be stopped by the real one. */
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { allowLeaks, checkTensors, countTensors } from "../src/index.ts";

const makeTask = (): Parameters<typeof countTensors>[0] => ({ meta: {} });

let leftOver: tf.Tensor | undefined;
afterAll(() => leftOver?.dispose());

describe("the leak guard", () => {
  it("counts what is left over", () => {
    const task = makeTask();
    countTensors(task);
    const leak = tf.zeros([1]);
    expect(() => checkTensors(task)).toThrow("1 tensors were not disposed");
    leak.dispose();
    expect(() => checkTensors(task)).not.toThrow();
  });

  it("and what is gone", () => {
    const shared = tf.zeros([1]);
    const task = makeTask();
    countTensors(task);
    shared.dispose();
    expect(() => checkTensors(task)).toThrow("1 tensors were disposed that the test did not make");
  });

  it("says nothing where a test says why, or has failed anyway", () => {
    const [allowed, failed] = [makeTask(), { ...makeTask(), result: { state: "fail" as const } }];
    countTensors(allowed);
    countTensors(failed);
    const leak = tf.zeros([1]);
    allowLeaks(allowed, "shared by all");
    expect(() => checkTensors(allowed)).not.toThrow();
    expect(() => checkTensors(failed)).not.toThrow();
    leak.dispose();
  });

  it("really watches: this one is let through by name", ({ task }) => {
    allowLeaks(task, "shows that the guard of this very test listens");
    leftOver = tf.zeros([1]);
  });
});
