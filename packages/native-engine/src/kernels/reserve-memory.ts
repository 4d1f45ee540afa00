/** reserveMemory: allocates and frees a tensor without writing its values; TensorFlow's allocator keeps the block. */
import { freemem } from "node:os";
import process from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import { runOp, type TensorFlowBackend } from "./run-op.ts";

/** Below, TensorFlow's own blocks are as good. */
const minBytes = 2 ** 30;

const rowBytes = 2 ** 20;

let reserved = minBytes;

/** Allocates once for each new largest size. On Linux only, where memory is committed when it is first written. */
export function reserveMemory(bytes: number): void {
  const backend = tf.backend() as unknown as TensorFlowBackend;
  const isUseless = bytes <= reserved || bytes > freemem();
  if (isUseless || process.platform !== "linux" || backend.isUsingGpuDevice) return;
  reserved = bytes;
  tf.tidy(() => {
    const shape = tf.tensor1d([Math.ceil(bytes / rowBytes), rowBytes / 4], "int32");
    runOp(backend, "Empty", [shape], { floatTypes: ["dtype"], attributes: { init: false } });
  });
}
