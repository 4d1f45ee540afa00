import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect } from "vitest";
import { toBeAllClose } from "../../tooling/testing/src/all-close.ts";

expect.extend({ toBeAllClose });
let n = 0;
beforeEach(() => {
  n = tf.memory().numTensors;
});
afterEach(({ task }) => {
  const l = tf.memory().numTensors - n;
  if (l > 0 && task.result?.state !== "fail") throw new Error(`${l} tensors leaked`);
});
