/** Makes a tfjs backend the current one, and computes a small convolution with it first. */
import * as tf from "@tensorflow/tfjs-core";
import { EngineStartError } from "./engine.ts";

/**
 * @param backendName - tfjs's own name: `tensorflow`, `wasm`, `webgpu`, `cpu` …
 * @throws EngineStartError when the backend does not start or computes wrongly; the former backend stays.
 */
export async function startBackend(backendName: string): Promise<void> {
  const former = tf.getBackend();
  try {
    if (!(await trySetBackend(backendName))) {
      throw new EngineStartError(`tfjs could not initialise its "${backendName}" backend here`);
    }
    await checkConvolution(backendName);
  } catch (error) {
    if (former !== undefined && former !== backendName) await trySetBackend(former);
    throw error;
  }
}

async function trySetBackend(backendName: string): Promise<boolean> {
  try {
    return await tf.setBackend(backendName);
  } catch {
    return false;
  }
}

/** A 2×2 convolution of ones over ones: every output is 4. */
async function checkConvolution(backendName: string): Promise<void> {
  const y = tf.tidy(() =>
    tf.conv2d(tf.ones<tf.Rank.R4>([1, 3, 3, 1]), tf.ones<tf.Rank.R4>([2, 2, 1, 1]), 1, "valid"),
  );
  const values = await y.data();
  y.dispose();
  if (!values.every((value) => value === 4)) {
    throw new EngineStartError(`it computed a wrong convolution (${[...values].join(", ")} instead of 4s)`);
  }
  if (tf.getBackend() !== backendName) {
    throw new EngineStartError(`tfjs switched to "${tf.getBackend()}" instead`);
  }
}
