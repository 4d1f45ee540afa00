/** Runs a part of a model, in mode "eval". */
import type { GraphTensor, LayerCall } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { noFinalActivations } from "./final-activation.ts";
import { read, runCalls } from "./run-calls.ts";

/**
 * @param calls - Consecutive layer calls of the model's graph.
 * @param values - The tensors that the calls read from outside of the segment; they are not disposed.
 * @param requested - Tensors that the calls compute.
 * @returns The requested tensors. The caller disposes them.
 *
 * @example const [features] = runSegment(calls.slice(0, 5), new Map([[input, images]]), [calls[4].outputs[0]]);
 */
export function runSegment(
  calls: readonly LayerCall[],
  values: ReadonlyMap<GraphTensor, tf.Tensor>,
  requested: readonly GraphTensor[],
): readonly tf.Tensor[] {
  const hooks = { outputHooks: {}, inputHooks: {} } as const;
  const pass = { mode: "eval", dropout: false, ...hooks, finalActivations: noFinalActivations } as const;
  const given = new Set(values.values());
  return tf.tidy(() => {
    const all = new Map(values);
    runCalls(calls, all, requested, pass);
    const results = requested.map((tensor) => read(all, tensor));
    return results.map((result, i) =>
      given.has(result) || results.indexOf(result) < i ? tf.clone(result) : result,
    );
  });
}
