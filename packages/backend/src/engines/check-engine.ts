/** Checks the current backend; an engine that computes wrongly is refused. */
import * as tf from "@tensorflow/tfjs-core";
import { EngineStartError } from "./engine.ts";
import { type EngineCheck, engineChecks, type Probe } from "./engine-checks.ts";

const tolerance = 1e-4;

/** Backends that have passed. */
const passed = new WeakSet<object>();

/** @throws EngineStartError that names what is wrong. */
export async function checkEngine(): Promise<void> {
  const backend = tf.backend();
  if (passed.has(backend)) return;
  const has = (kernel: string): boolean => tf.getKernel(kernel, tf.getBackend()) !== undefined;
  for (const check of engineChecks.filter(({ kernels }) => kernels.every(has))) await runCheck(check);
  passed.add(backend);
}

async function runCheck({ name, compute }: EngineCheck): Promise<void> {
  let sides: ReturnType<EngineCheck["compute"]> | undefined;
  const tensors = tf.tidy(() => {
    sides = compute();
    return sides.flatMap((side) => (typeof side === "number" ? [] : [side[0]]));
  });
  try {
    const [actual = Number.NaN, expected = Number.NaN] = await Promise.all((sides ?? []).map(evaluate));
    if (Math.abs(actual - expected) <= tolerance * Math.abs(expected)) return; // NaN does not pass
    const [got, wanted] = [actual, expected].map((value) => Number(value.toPrecision(6)));
    throw new EngineStartError(`${name} is wrong on it (a check gives ${got} instead of ${wanted})`);
  } finally {
    tf.dispose(tensors);
  }
}

async function evaluate(side: Probe | number): Promise<number> {
  if (typeof side === "number") return side;
  const [tensor, factors] = side;
  const values = await tensor.data<"float32">();
  return values.reduce((total, value, i) => total + value * Number(factors[i]), 0);
}
