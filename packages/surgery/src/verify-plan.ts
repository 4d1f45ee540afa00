/** Verifies a removal: on random input, the smaller model must equal the original with the same units silenced. */
import { disposeModel, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { applyPlan, graphOf, type SurgeryOptions } from "./apply-plan.ts";
import { RemovalMismatchError } from "./errors.ts";
import type { Plan } from "./plan.ts";
import { silence } from "./silence.ts";
import { withoutFinalActivation } from "./without-final-activation.ts";

export interface VerifyOptions extends SurgeryOptions {
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
  readonly samples: number;
}

/**
 * Compares the outputs before a final softmax or sigmoid. The model does not change.
 *
 * @throws RemovalMismatchError if the outputs differ, with the largest difference and the likely cause.
 * @throws InvalidPlanError if the plan does not fit the model.
 *
 * @example const { relativeError } = await verifyPlan(model, plan);
 */
export async function verifyPlan(
  model: tfl.LayersModel,
  plan: Plan,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { rtol = 1e-4, samples = 2, seed = 0 } = options;
  const graph = graphOf(model, options);
  const copies: tfl.LayersModel[] = [];
  const temporary = (copy: tfl.LayersModel): tfl.LayersModel => {
    copies.push(copy);
    return copy;
  };
  try {
    const smaller = options.smaller ?? temporary(applyPlan(model, plan, { graph }));
    const silenced = temporary(silence(model, plan, { graph }));
    const pair = [silenced, smaller].map((each) => temporary(withoutFinalActivation(each)));
    const worst = await largestDifference(pair, samples, seed);
    if (worst <= rtol) return { relativeError: worst, samples }; // NaN throws
    throw new RemovalMismatchError(
      `the outputs of "${model.name}" without the units and with the units silenced differ by ${worst.toExponential(2)} ` +
        `of their largest value, more than ${rtol}: ${await likelyCause(model)}`,
    );
  } finally {
    for (const copy of copies) disposeModel(copy);
  }
}

/** The largest relative difference of two models on the same random inputs, over all outputs; NaN if one is not finite. */
async function largestDifference(
  [expected, actual]: readonly tfl.LayersModel[],
  samples: number,
  seed: number,
): Promise<number> {
  if (expected === undefined || actual === undefined) throw new TypeError("two models expected");
  const errors = tf.tidy(() => {
    const inputs = expected.inputs.map((input, i) => randomInput(input.shape, samples, seed + i));
    const [a, b] = [expected, actual].map((model) => [model.predict(inputs)].flat());
    return tf.stack((a ?? []).map((each, i) => relativeError(each, b?.[i] ?? each)));
  });
  const values = await errors.data();
  errors.dispose();
  return Math.max(...values);
}

/** A weight that is not finite, or else a wrong layer rule. */
async function likelyCause(model: tfl.LayersModel): Promise<string> {
  for (const [path, weight] of modelGraph(model).weights) {
    const allFinite = tf.tidy(() => tf.all(tf.isFinite(weight.read())));
    const [finite] = await allFinite.data();
    allFinite.dispose();
    if (finite === 0) return `the weight "${path}" is not finite`;
  }
  return "a layer rule is wrong, because the layer mixes channels that the rule treats as independent";
}

function relativeError(expected: tf.Tensor, actual: tf.Tensor): tf.Tensor {
  const scale = tf.maximum(tf.max(tf.abs(expected)), 1e-30);
  return tf.div(tf.max(tf.abs(tf.sub(actual, expected))), scale);
}

/** Standard normal; open sizes are 32. */
function randomInput(shape: readonly (number | null)[], samples: number, seed: number): tf.Tensor {
  const sizes = shape.slice(1).map((size) => size ?? 32);
  return tf.randomNormal([samples, ...sizes], 0, 1, "float32", seed + 1);
}
