// reserveMemory (ops/): a tensor whose values nobody writes is allocated and freed, and its block stays with TensorFlow.

import { freemem } from "node:os";
import process from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import { runOp, type TensorFlowBackend } from "./run-op.ts";

/** Below, TensorFlow's own blocks do as well. */
const least = 2 ** 30;

const bytesOfRow = 2 ** 20;

let reserved = least;

/** Once for every new largest size. On Linux only, where memory counts when it is touched. */
export const reserveMemory = (bytes: number): void => {
  const backend = tf.backend() as unknown as TensorFlowBackend;
  const isVain = bytes <= reserved || bytes > freemem();
  if (isVain || process.platform !== "linux" || backend.isUsingGpuDevice) return;
  reserved = bytes;
  tf.tidy(() => {
    const shape = tf.tensor1d([Math.ceil(bytes / bytesOfRow), bytesOfRow / 4], "int32");
    runOp(backend, "Empty", [shape], { floatTypes: ["dtype"], attributes: { init: false } });
  });
};
