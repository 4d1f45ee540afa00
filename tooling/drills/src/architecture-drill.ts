/** Random networks with random plans: the smaller network must compute the logits of the silenced one. */
import { type ArchitectureSpec, architecture, buildArchitecture } from "@repo/testing/random-architecture";
import { dice, randomUnits } from "@repo/testing/random-plan";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, createPlan, verifyPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";

/** A network and what is removed from it. */
export interface NetworkSample {
  readonly spec: ArchitectureSpec;
  readonly numbers: readonly number[];
  /** Of the units, in tenths. */
  readonly tenths: number;
}

const sample: fc.Arbitrary<NetworkSample> = fc.record({
  spec: architecture,
  numbers: dice,
  tenths: fc.integer({ min: 1, max: 9 }),
});

/** The same seed gives the same networks, whatever their number. */
export function networkSamples(seed: number, count: number): readonly NetworkSample[] {
  return fc.sample(sample, { seed, numRuns: count });
}

export interface CheckedNetwork {
  readonly removedUnits: number;
  readonly relativeError: number;
}

/** @throws RemovalMismatchError where the logits differ; Error where tensors are left. */
export async function checkNetwork({ spec, numbers, tenths }: NetworkSample): Promise<CheckedNetwork> {
  const { numTensors } = tf.memory();
  const model = buildArchitecture(spec);
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, randomUnits(graph, numbers, tenths / 10));
  const smaller = applyPlan(model, plan, { graph });
  const removedUnits = Object.values(plan.remove).flat().length;
  try {
    const { relativeError } = await verifyPlan(model, plan, { graph, smaller, seed: spec.seed });
    if (removedUnits > 0 && smaller.countParams() >= model.countParams())
      throw new Error(`${removedUnits} units were removed, and the number of parameters is the same`);
    return { removedUnits, relativeError };
  } finally {
    disposeModel(model);
    disposeModel(smaller);
    const left = tf.memory().numTensors - numTensors;
    if (left !== 0) console.error(`${left} tensors were not disposed`);
  }
}
