/** Verifies a removal: on the same inputs, the smaller model must equal the original with the same units silenced. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, type InputShape, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { applyPlan, graphOf, type SurgeryOptions } from "./apply-plan.ts";
import { RemovalMismatchError } from "./errors.ts";
import { firstDifference } from "./first-difference.ts";
import type { Plan } from "./plan.ts";
import { relativeError } from "./relative-error.ts";
import { runLayers } from "./run-layers.ts";
import { silence } from "./silence.ts";
import { randomInputs } from "./verification-inputs.ts";
import { checkVerifyOptions } from "./verify-options.ts";
import { withoutFinalActivation } from "./without-final-activation.ts";

export interface VerifyOptions extends SurgeryOptions {
  /**
   * Inputs to compare on, `[batch, ...input shape]`, a list for a model of several inputs; they are not disposed. Default:
   * standard normal; whole numbers where an `Embedding` looks them up, and for inputs of type int32.
   */
  readonly inputs?: tf.Tensor | readonly tf.Tensor[] | undefined;
  /** The sizes of random inputs without the batch. Default: the model's, 32 where they are open. */
  readonly inputShape?: InputShape | undefined;
  /** Largest allowed difference, relative to the output's largest absolute value. Default 1e-4 (float32). */
  readonly rtol?: number;
  /** The number of random inputs. Default 2. */
  readonly samples?: number;
  /** Seed of the random inputs. Default 0. */
  readonly seed?: number;
  /** The result of `applyPlan`; it is not disposed. Default: computed. */
  readonly smaller?: tfl.LayersModel;
}

export interface Verification {
  /** The largest difference, relative to the output's largest absolute value. */
  readonly relativeError: number;
  /** The number of inputs that were compared. */
  readonly samples: number;
}

type Pair = readonly [silenced: tfl.LayersModel, smaller: tfl.LayersModel];

/**
 * Compares the outputs before a final softmax or sigmoid. A difference is measured a second time before it counts, because
 * some engines do not add in the same order twice. The model does not change.
 *
 * @throws RemovalMismatchError if the outputs differ, with the largest difference, the first layer that differs and the likely
 *   cause.
 * @throws InvalidPlanError if the plan does not fit the model; SurgeryError for inputs that do not fit.
 *
 * @example const { relativeError } = await verifyPlan(model, plan, { inputs: images });
 */
export async function verifyPlan(
  model: tfl.LayersModel,
  plan: Plan,
  options: VerifyOptions = {},
): Promise<Verification> {
  checkVerifyOptions(model, options);
  const { rtol = 1e-4, samples = 2, seed = 0, inputShape } = options;
  const graph = graphOf(model, options);
  const copies: tfl.LayersModel[] = [];
  const temporary = (copy: tfl.LayersModel): tfl.LayersModel => {
    copies.push(copy);
    return copy;
  };
  let inputs: readonly tf.Tensor[] = [];
  try {
    const smaller = options.smaller ?? temporary(applyPlan(model, plan, { graph }));
    const silenced = temporary(silence(model, plan, { graph }));
    const pair = [silenced, smaller].map((each) => temporary(withoutFinalActivation(each)));
    inputs =
      options.inputs === undefined
        ? randomInputs(model, { samples, seed, inputShape })
        : [options.inputs].flat().map((x) => tf.clone(x));
    const worst = await compare(graph, plan, pair as unknown as Pair, inputs, rtol);
    return { relativeError: worst, samples: inputs[0]?.shape[0] ?? 0 };
  } finally {
    for (const copy of copies) disposeModel(copy);
    tf.dispose([...inputs]);
  }
}

/** The largest difference. Throws `RemovalMismatchError` where it is larger than `rtol`, twice. */
async function compare(
  graph: DependencyGraph,
  plan: Plan,
  pair: Pair,
  inputs: readonly tf.Tensor[],
  rtol: number,
): Promise<number> {
  const { model } = graph;
  const once = await largestDifference(pair, inputs);
  const worst = once <= rtol ? once : await largestDifference(pair, inputs);
  if (worst <= rtol) return worst; // NaN does not return
  const layer = await firstDifference(graph, plan, pair, inputs, rtol);
  const where = layer === null ? "" : `, first at layer "${layer.path}" (${layer.className})`;
  throw new RemovalMismatchError(
    `the outputs of "${model.name}" without the units and with the units silenced differ by ${worst.toExponential(2)} ` +
      `of their largest value, more than ${rtol}${where}: ${await likelyCause(model, worst)}`,
  );
}

/** The largest relative difference of two models on the same inputs, over all outputs; NaN if one is not finite. */
async function largestDifference([silenced, smaller]: Pair, inputs: readonly tf.Tensor[]): Promise<number> {
  const errors = tf.tidy(() => {
    const expected = runLayers(silenced, inputs);
    const actual = runLayers(smaller, inputs);
    return tf.stack(expected.map((each, i) => relativeError(each, actual[i] as tf.Tensor)));
  });
  const values = await errors.data();
  errors.dispose();
  return Math.max(...values);
}

/** A weight that is not finite, values that overflow, or else a wrong layer rule. */
async function likelyCause(model: tfl.LayersModel, worst: number): Promise<string> {
  for (const [path, weight] of modelGraph(model).weights) {
    const allFinite = tf.tidy(() => tf.all(tf.isFinite(weight.read())));
    const [finite] = await allFinite.data();
    allFinite.dispose();
    if (finite === 0) return `the weight "${path}" is not finite`;
  }
  if (Number.isNaN(worst))
    return "its values overflow: the weights are too large, as after a training that has diverged";
  return "a layer rule is wrong, because the layer mixes channels that the rule treats as independent";
}
