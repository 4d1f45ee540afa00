import { batchNormTraining, softmaxCrossEntropy } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { input, onWasm } from "./two-engines.ts";

const heapBytes = (): number => {
  const backend = tf.backend() as unknown as { readonly wasm: { readonly HEAPU8: Uint8Array } };
  return backend.wasm.HEAPU8.byteLength;
};

const step = (): void => {
  tf.tidy(() => {
    const x = tf.tensor4d(input([8, 16, 16, 8], 1).values, [8, 16, 16, 8]);
    const w = tf.tensor4d(input([3, 3, 8, 16], 2).values, [3, 3, 8, 16]);
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], "int32"), 16, 1, 0, "float32");
    const loss = (a?: tf.Tensor, b?: tf.Tensor): tf.Tensor => {
      const y = batchNormTraining(
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same"),
        null,
        null,
        1e-5,
      ).y;
      const logits = tf.mean(tf.maxPool(tf.relu(y), 2, 2, "valid"), [1, 2]);
      return tf.sum(softmaxCrossEntropy(logits as tf.Tensor2D, labels as tf.Tensor2D));
    };
    tf.grads(loss)([x, w]);
  });
};

it.skipIf(!onWasm)("the wasm heap stays as it is over many steps", () => {
  for (let i = 0; i < 20; i++) step();
  const [bytes, tensors, buffers] = [heapBytes(), tf.memory().numTensors, tf.memory().numDataBuffers];
  for (let i = 0; i < 300; i++) step();
  expect(heapBytes()).toBe(bytes);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(tf.memory().numDataBuffers).toBe(buffers);
  expect((tf.backend() as tf.KernelBackend).numDataIds()).toBe(buffers);
});
