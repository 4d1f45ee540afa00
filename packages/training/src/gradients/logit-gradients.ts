/** Logits of a softmax head, and gradients of weighted sums of them with respect to gates: one backward pass per sum. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { allFinalActivations } from "../forward/final-activation.ts";
import type { Mode } from "../forward/pass.ts";
import { runModel } from "../forward/run-calls.ts";
import { createGates, type GateSite } from "./gates.ts";
import { valueAndGradientsPerSeed } from "./tape.ts";

interface LogitGradients {
  /** `[batch, classes]` */
  readonly logits: tf.Tensor2D;
  /** ∂(Σ weight · logit)/∂z for each distinct site, `[sums, batch, channels]`. */
  readonly gates: readonly tf.Tensor3D[];
}

/**
 * Dropout is off. Use inside `tf.tidy`.
 *
 * @param weights - Returns the weights of the logits in each sum, `[batch, classes]` each; they are held constant.
 */
export function logitGradients(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  { gates: sites, mode }: { readonly gates: readonly GateSite[]; readonly mode: Mode },
  weights: (logits: tf.Tensor2D) => readonly tf.Tensor2D[],
): LogitGradients {
  const { outputHooks, inputHooks, tensors } = createGates(model, sites, Number(inputs[0]?.shape[0]));
  const gates = [...tensors.values()];
  const finalActivations = allFinalActivations(model);
  const pass = { mode, dropout: false, outputHooks, inputHooks, finalActivations };
  const { value, gradients } = valueAndGradientsPerSeed(
    () => runModel(model, inputs, pass) as [tf.Tensor2D],
    weights,
    gates,
  );
  const bySite = gates.map((z, site) => tf.stack(gradients.map((perSum) => perSum[site] ?? tf.zerosLike(z))));
  return { logits: value, gates: bySite as tf.Tensor3D[] };
}
