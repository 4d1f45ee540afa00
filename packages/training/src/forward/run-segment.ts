/** Runs a part of a model, in mode "eval". */
import type { GraphTensor, LayerCall } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { noFinalActivations } from "./final-activation.ts";
import type { Masks } from "./masks.ts";
import { read, runCalls } from "./run-calls.ts";

/**
 * @param calls - Consecutive layer calls of the model's graph.
 * @param values - The tensors that the calls read from outside of the segment; they are not disposed.
 * @param requested - Tensors that the calls compute.
 * @param masks - Masks of time steps of `values`; those of the requested tensors are added, and the caller disposes them. Without
 *   it a layer that creates a mask is refused, because calls outside of the segment could need it.
 * @returns The requested tensors. The caller disposes them.
 *
 * @example const [features] = runSegment(calls.slice(0, 5), new Map([[input, images]]), [calls[4].outputs[0]]);
 */
export function runSegment(
  calls: readonly LayerCall[],
  values: ReadonlyMap<GraphTensor, tf.Tensor>,
  requested: readonly GraphTensor[],
  masks?: Masks,
): readonly tf.Tensor[] {
  const hooks = { outputHooks: {}, inputHooks: {} } as const;
  const pass = { mode: "eval", dropout: false, ...hooks, finalActivations: noFinalActivations } as const;
  const given = new Set(values.values());
  return tf.tidy(() => {
    const all = new Map(values);
    const passed = masks && new Map(masks);
    runCalls(calls, all, requested, pass, passed);
    for (const tensor of requested) {
      const mask = passed?.get(tensor);
      if (mask !== undefined) masks?.set(tensor, tf.keep(tf.clone(mask)));
    }
    const results = requested.map((tensor) => read(all, tensor));
    return results.map((result, i) =>
      given.has(result) || results.indexOf(result) < i ? tf.clone(result) : result,
    );
  });
}
