/**
 * Gradients of logit margins with respect to gates. The margin to a wrong class c is `logit(c) - logit(y)` for the example's
 * class y; the cross-entropy is `log Σ exp(margin)` over all classes. Only the top-k wrong classes are differentiated, by one
 * backward pass each; one forward pass serves all of them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkBatch } from "../batch.ts";
import { TrainingError } from "../errors.ts";
import { checkSoftmaxHead } from "../forward/final-activation.ts";
import type { Mode } from "../forward/pass.ts";
import { oneHot, softmaxCrossEntropy } from "../losses/softmax-cross-entropy.ts";
import { type GateSite, siteKey } from "./gates.ts";
import { logitGradients } from "./logit-gradients.ts";
import { inMicroBatches } from "./micro-batches.ts";
import { cachedForModel, modelFunction } from "./model-function.ts";

export interface MarginOptions {
  /** Gates to differentiate with respect to. */
  readonly gates: readonly GateSite[];
  /** The number of wrong classes per example, those with the largest logits; `Infinity` for all. */
  readonly topK: number;
  /** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). Default "train". */
  readonly mode?: Mode;
  /** Parts that the minibatch is computed in, as in `trainStep`. Default 1. */
  readonly microBatches?: number;
}

/** The caller disposes everything. */
export interface LogitMargins {
  /**
   * `[2 + topK, batch]`: log-probabilities of the example's class, of its top-k wrong classes, and of all remaining classes
   * together (-1e30 if there are none).
   */
  readonly logProbabilities: tf.Tensor2D;
  /** ∂margin/∂z by site key, `[topK, batch, channels]`. */
  readonly gates: Readonly<Record<string, tf.Tensor3D>>;
}

/**
 * The model does not change; dropout is off. With soft labels, an example's class is the most probable one.
 *
 * Labels that are no classes make everything NaN: `checkLabels` finds them.
 *
 * @throws TrainingError for a model without a softmax head, or a batch that does not fit it.
 */
export function logitMargins(
  model: tfl.LayersModel,
  batch: Batch,
  { gates, topK, mode = "train", microBatches = 1 }: MarginOptions,
): LogitMargins {
  const output = checkSoftmaxHead(model, "margins");
  checkBatch(model, batch, [softmaxCrossEntropy()]);
  if (!(topK >= 1 && (Number.isInteger(topK) || topK === Number.POSITIVE_INFINITY)))
    throw new TrainingError(`topK must be a whole number of classes, 1 or more, not ${topK}`);
  const count = Math.min(topK, Number(output.shape.at(-1)) - 1);
  const keys = [...new Set(gates.map(siteKey))];
  const run = cachedForModel(model, JSON.stringify(["margins", mode, count, keys]), () =>
    modelFunction(model, (inputs, [ys]) => {
      if (ys === undefined) throw new TypeError("ys expected");
      return margins(model, inputs, ys, gates, count, mode);
    }),
  );
  const parts: (readonly tf.Tensor[])[] = [];
  try {
    for (const { result } of inMicroBatches(batch, microBatches, run)) parts.push(result);
  } catch (error) {
    tf.dispose(parts.flat());
    throw error;
  }
  const [logProbabilities, ...slopes] = joined(parts);
  const byKey = Object.fromEntries(keys.map((key, i) => [key, slopes[i]]));
  return { logProbabilities, gates: byKey } as LogitMargins;
}

/** The tensors of all parts, joined along the axis of the examples, `[any, batch, ...]`. */
function joined(parts: readonly (readonly tf.Tensor[])[]): readonly tf.Tensor[] {
  const [first = [], ...others] = parts;
  if (others.length === 0) return first;
  const all = first.map((_, i) =>
    tf.concat(
      parts.map((tensors) => tensors[i] as tf.Tensor),
      1,
    ),
  );
  tf.dispose(parts.flat());
  return all;
}

function margins(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  ys: tf.Tensor,
  sites: readonly GateSite[],
  count: number,
  mode: Mode,
): readonly tf.Tensor[] {
  const classOf = ys.rank === 2 ? tf.argMax(ys, 1) : ys;
  /** One-hot rows: the example's class, and its top-k wrong classes. */
  const select = (logits: tf.Tensor2D): readonly [tf.Tensor2D, ...(readonly tf.Tensor2D[])] => {
    const own = oneHot(classOf, Number(logits.shape[1]));
    return [own, ...largest(logits, own, count)];
  };
  const { logits, gates } = logitGradients(model, inputs, { gates: sites, mode }, (values) => {
    const [own, ...wrong] = select(values);
    return wrong.map((wrongClass) => tf.sub(wrongClass, own));
  });
  const logProbabilities = tf.logSoftmax(logits);
  const selected = select(logits);
  const chosen = selected.map((one) => tf.sum(tf.mul(logProbabilities, one), 1));
  const others = tf.logSumExp(selected.reduce(maskOut, logProbabilities), 1);
  return [tf.stack([...chosen, tf.maximum(others, lowest)]), ...gates];
}

/** Below every log-probability and logit. */
const lowest = -1e30;

/** Masks out the logits of one-hot rows. */
const maskOut = (logits: tf.Tensor2D, one: tf.Tensor2D): tf.Tensor2D => tf.add(logits, tf.mul(one, lowest));

/** One-hot rows of the `count` largest logits except the example's own, `[batch, classes]` each. */
function largest(logits: tf.Tensor2D, own: tf.Tensor2D, count: number): readonly tf.Tensor2D[] {
  const rows: tf.Tensor2D[] = [];
  let rest = maskOut(logits, own);
  for (let i = 0; i < count; i++) {
    const one = oneHot(tf.argMax(rest, 1), Number(logits.shape[1]));
    rows.push(one);
    rest = maskOut(rest, one);
  }
  return rows;
}
