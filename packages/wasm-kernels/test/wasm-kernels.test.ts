/** The kernels on tfjs's wasm backend: registration, and the inputs that they refuse. */
import { registerWasmKernels, UnsupportedKernelInputError, WasmKernelsError } from "@secateur/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { wasmKernels } from "../src/wasm-kernels.ts";

let former: string;
beforeEach(async () => {
  former = tf.getBackend();
  await tf.setBackend("wasm");
});
afterEach(async () => {
  await tf.setBackend(former);
});

class AnotherBackend extends tf.KernelBackend {
  override dispose(): void {}
}

const run = (kernelName: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor =>
  tf.engine().runKernel(kernelName, inputs, attrs) as tf.Tensor;

it("every kernel of the table is registered under its name, once", async () => {
  await registerWasmKernels();
  const registered = tf.getKernelsForBackend("wasm");
  await registerWasmKernels();
  expect(tf.getKernelsForBackend("wasm")).toEqual(registered);
  for (const [name, kernel] of Object.entries(wasmKernels.fused)) {
    if (kernel !== null) expect(tf.getKernel(name, "wasm")).toBe(kernel);
  }
});

it("another backend is refused", async () => {
  tf.registerBackend("another", () => new AnotherBackend());
  await tf.setBackend("another");
  await expect(registerWasmKernels()).rejects.toThrow(WasmKernelsError);
  await expect(registerWasmKernels()).rejects.toThrow('"another" is current');
  await tf.setBackend("wasm");
  tf.removeBackend("another");
});

it("fused kernels refuse inputs that are not float32", () => {
  const [dy, y] = [tf.ones([2]), tf.ones([2], "int32")];
  expect(() => run("ReluGrad", { dy, y }, { max: 6 })).toThrow(UnsupportedKernelInputError);
  expect(() => run("ReluGrad", { dy, y }, { max: 6 })).toThrow("ReluGrad takes float32 tensors, got int32");
  tf.dispose([dy, y]);
});

it("convolution gradients refuse channels first", () => {
  const [dy, filter] = [tf.ones([1, 1, 2, 2]), tf.ones([1, 1, 1, 1])];
  const attrs = { strides: 1, pad: "valid", dataFormat: "NCHW", inputShape: [1, 1, 2, 2] };
  expect(() => run(tf.Conv2DBackpropInput, { dy, filter }, attrs)).toThrow(/NHWC/);
  tf.dispose([dy, filter]);
});

it("segment sums refuse ids that are not one for each row", () => {
  const [x, ids] = [tf.ones([4, 2]), tf.tensor1d([0, 1], "int32")];
  expect(() => tf.unsortedSegmentSum(x, ids, 2)).toThrow(/segment ids of shape \[4\]/);
  tf.dispose([x, ids]);
});
