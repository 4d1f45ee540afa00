/** Runs the checks on the current backend. */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-layers"; // registers tfjs's gradients
import * as tf from "@tensorflow/tfjs-core";
import type { Check } from "./check.ts";
import { checks } from "./checks.ts";

export interface CheckResult {
  readonly name: string;
  /** What is wrong; null when nothing is. */
  readonly problem: string | null;
}

type Values = readonly Float32Array[];

const values = async (compute: Check["compute"]): Promise<Values> => {
  const tensors = tf.tidy(compute);
  try {
    return await Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));
  } finally {
    tf.dispose(tensors);
  }
};

/** Relative to the largest value, as float32 sums of some thousand terms need. */
const tolerance = 1e-3;

const difference = (actual: Values, expected: Values): string | null => {
  for (const [i, wanted] of expected.entries()) {
    const got = actual[i] ?? new Float32Array();
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    // A NaN stays: Math.max of anything and NaN is NaN.
    const worst = wanted.reduce(
      (most, value, k) => Math.max(most, Math.abs(value - (got[k] ?? Number.NaN))),
      0,
    );
    if (!(worst <= tolerance * largest))
      return `result ${i} is off by ${worst.toPrecision(3)} of ${largest.toPrecision(3)}`;
  }
  return null;
};

const runCheck = async ({ name, compute, identity }: Check): Promise<CheckResult> => {
  const tested = tf.getBackend();
  try {
    const actual = await values(compute);
    if (identity === undefined) await tf.setBackend("cpu");
    const expected = await values(identity ?? compute);
    return { name, problem: difference(actual, expected) };
  } catch (error) {
    return { name, problem: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  } finally {
    await tf.setBackend(tested);
  }
};

/** @param onCheck - Called with the name of each check before it runs. */
export async function runChecks(
  onCheck: (name: string) => void = () => undefined,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    onCheck(check.name);
    results.push(await runCheck(check));
  }
  return results;
}
