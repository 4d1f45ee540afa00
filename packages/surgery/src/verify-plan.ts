/** Proof of a removal: on random input, the smaller model must equal the original with those units silenced. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { applyPlan, graphOf, type SurgeryOptions } from "./apply-plan.ts";
import { disposeModel } from "./dispose-model.ts";
import { RemovalMismatchError } from "./errors.ts";
import type { Plan } from "./plan.ts";
import { silence } from "./silence.ts";

export interface VerifyOptions extends SurgeryOptions {
  /** Largest allowed difference, as a share of the output's largest absolute value. Default 1e-4 (float32). */
  readonly rtol?: number;
  /** Random inputs to try. Default 2. */
  readonly samples?: number;
  readonly seed?: number;
  /** The model that `applyPlan` gave, where it is at hand already; it is not disposed. */
  readonly smaller?: tfl.LayersModel;
}

export interface Verification {
  /** The largest difference, as a share of the output's largest absolute value. */
  readonly relativeError: number;
  readonly samples: number;
}

/** Throws `RemovalMismatchError` when the two disagree, naming the worst difference. */
export async function verifyPlan(
  model: tfl.LayersModel,
  plan: Plan,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { rtol = 1e-4, samples = 2, seed = 0 } = options;
  const graph = graphOf(model, options);
  const made: tfl.LayersModel[] = [];
  const own = (each: tfl.LayersModel): tfl.LayersModel => {
    made.push(each);
    return each;
  };
  try {
    const smaller = options.smaller ?? own(applyPlan(model, plan, { graph }));
    const silenced = own(silence(model, plan, { graph }));
    const errors = tf.tidy(() => {
      const inputs = model.inputs.map((input, i) => randomInput(input.shape, samples, seed + i));
      const expected = [silenced.predict(inputs)].flat();
      const actual = [smaller.predict(inputs)].flat();
      return tf.stack(expected.map((each, i) => relativeError(each, actual[i] ?? each)));
    });
    const values = Array.from(await errors.data());
    errors.dispose();
    const worst = Math.max(...values); // NaN wins;
    if (!(worst <= rtol)) {
      throw new RemovalMismatchError(
        `after removal the outputs of "${model.name}" differ by ${worst.toExponential(2)} of their largest value, ` +
          `more than ${rtol}: ${reasonFor(model)}`,
      );
    }
    return { relativeError: worst, samples };
  } finally {
    for (const each of made) disposeModel(each);
  }
}

/** What is at fault: weights that are not numbers, or else a rule. */
function reasonFor(model: tfl.LayersModel): string {
  const hasNumbers = (weight: tfl.LayerVariable): boolean =>
    tf.tidy(() => tf.all(tf.isFinite(weight.read())).dataSync()[0] === 1);
  const broken = model.weights.find((weight) => !hasNumbers(weight));
  if (broken !== undefined) return `the weight "${broken.originalName}" is not finite`;
  return "a layer's rule does not tell the truth about it";
}

function relativeError(expected: tf.Tensor, actual: tf.Tensor): tf.Tensor {
  const scale = tf.maximum(tf.max(tf.abs(expected)), 1e-30);
  return tf.div(tf.max(tf.abs(tf.sub(actual, expected))), scale);
}

/** Standard normal numbers; sizes that the model leaves open become 32. */
function randomInput(shape: readonly (number | null)[], samples: number, seed: number): tf.Tensor {
  const sizes = shape.slice(1).map((size) => size ?? 32);
  return tf.randomNormal([samples, ...sizes], 0, 1, "float32", seed + 1);
}
