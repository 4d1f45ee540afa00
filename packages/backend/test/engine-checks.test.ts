/** An engine that computes wrongly is refused, by the name of what is wrong. */
import { useBackend } from "@secateur/backend";
import { EngineStartError, startBackend } from "@secateur/backend/engine";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

const name = "faulty";

/** The cpu backend under another name, with one kernel changed. */
function registerFaulty(kernelName: string, change: (y: tf.Tensor) => tf.Tensor): void {
  const { factory } = tf.engine().registryFactory["cpu"] ?? {};
  if (factory === undefined) throw new Error("tfjs has no cpu backend");
  tf.registerBackend(name, factory);
  tf.copyRegisteredKernels("cpu", name);
  const stock = tf.getKernel(kernelName, name);
  tf.unregisterKernel(kernelName, name);
  tf.registerKernel({
    ...stock,
    kernelFunc: (call) =>
      tf.tidy(() => change(tf.engine().makeTensorFromTensorInfo(stock.kernelFunc(call) as tf.TensorInfo))),
  });
}

let tested: string;

beforeAll(async () => {
  tested = tf.getBackend();
  await useBackend("cpu"); // corrects tfjs's kernels
  await tf.setBackend(tested);
});

afterEach(async () => {
  await tf.setBackend(tested);
  for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
  tf.removeBackend(name);
});

/** Wrong at the first value alone, as at a wrong edge. */
const firstValueOff = (y: tf.Tensor): tf.Tensor => {
  const error = new Float32Array(y.size);
  error[0] = 1;
  return tf.add(y, tf.tensor(error, y.shape));
};

describe("startBackend refuses an engine where", () => {
  it.each([
    [tf.Conv2D, /^convolution is wrong on it/],
    [tf.Conv2DBackpropInput, /^the gradient of convolution with respect to its input is wrong/],
    [tf.Conv2DBackpropFilter, /^the gradient of convolution with respect to its filter is wrong/],
    [
      tf.DepthwiseConv2dNativeBackpropInput,
      /^the gradient of depthwise convolution with respect to its input/,
    ],
    [
      tf.DepthwiseConv2dNativeBackpropFilter,
      /^the gradient of depthwise convolution with respect to its filter/,
    ],
    [tf.AvgPool, /^average pooling is wrong on it/],
    [tf.AvgPoolGrad, /^the gradient of average pooling is wrong on it/],
    [tf.MaxPoolGrad, /^the gradient of max pooling is wrong on it/],
    [tf.AddN, /^the sum of 20 tensors is wrong on it/],
    [tf.BatchMatMul, /^the product of transposed matrices is wrong on it/],
  ])("%s is off", async (kernel, problem) => {
    registerFaulty(kernel, firstValueOff);
    await expect(startBackend(name)).rejects.toThrow(problem);
    expect(tf.getBackend()).toBe(tested);
  });

  it("the gradient of max pooling goes to another of equal values", async () => {
    registerFaulty(tf.MaxPoolGrad, (dx) => (dx.shape.at(-1) === 1 ? tf.reverse(dx, [1, 2]) : dx));
    await expect(startBackend(name)).rejects.toThrow(
      /^the gradient of max pooling, which belongs to the first/,
    );
  });

  it("numbers have 16 bits", async () => {
    registerFaulty(tf.Add, (y) => tf.div(tf.round(tf.mul(y, 2 ** 10)), 2 ** 10));
    await expect(startBackend(name)).rejects.toThrow(/^arithmetic in 32 bits is wrong on it/);
  });

  it("a kernel gives NaN", async () => {
    registerFaulty(tf.AvgPoolGrad, (dx) => tf.mul(dx, Number.NaN));
    await expect(startBackend(name)).rejects.toThrow(EngineStartError);
  });
});

it("a start that never ends is given up, and can be tried again", async () => {
  const { factory } = tf.engine().registryFactory["cpu"] ?? {};
  let attempts = 0;
  tf.registerBackend(name, () =>
    ++attempts === 1 ? new Promise(() => undefined) : (factory?.() as tf.KernelBackend),
  );
  tf.copyRegisteredKernels("cpu", name);
  await expect(startBackend(name, { timeoutMs: 50 })).rejects.toThrow(/^it did not start within 0.05 s$/);
  expect(tf.getBackend()).toBe(tested);
  tf.zeros([2]).dispose(); // throws while tfjs waits for a backend
  await startBackend(name);
  expect(tf.getBackend()).toBe(name);
  expect(attempts).toBe(2);
});
