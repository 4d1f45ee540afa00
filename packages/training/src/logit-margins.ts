/**
 * How an example's margins depend on gates. The margin to a wrong class c is `logit(c) - logit(the example's class)`; the
 * cross-entropy is `log Σ exp(margin)` over all classes and depends on nothing else. The strongest competitors, the
 * wrong classes with the largest logits, make up almost all of it: one pass forward, one back for each of them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkBatch } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { checkEndsInSoftmax } from "./final-softmax.ts";
import { logits } from "./forward.ts";
import { type GateSite, openGates } from "./gates.ts";
import { modelFunction, onceForModel } from "./model-function.ts";
import type { Mode } from "./run-layers.ts";
import { valueAndPullbacks } from "./tape.ts";
import { targets } from "./targets.ts";

export interface MarginOptions {
  /** Whose gradients are wanted. */
  readonly gates: readonly GateSite[];
  /** Wrong classes an example, strongest first; at most all of them. */
  readonly competitors: number;
  /** Batch normalisation by batch ("train") or moving statistics ("eval"). Default "train". */
  readonly mode?: Mode;
}

/** Everything is the caller's to dispose. */
export interface LogitMargins {
  /**
   * `[2 + competitors, batch]`: the logarithm of the probability of the example's class, of its competitors, and of all
   * other classes together (-1e30 where there are none).
   */
  readonly logProbabilities: tf.Tensor2D;
  /** For each site ∂margin/∂z, `[competitors, batch, channels]`. */
  readonly gates: readonly tf.Tensor3D[];
}

/**
 * Nothing changes. Where labels are probabilities, the likeliest class is the example's.
 *
 * @throws TrainingError for a model without softmax, a batch that does not fit it, a layer that it does not have.
 */
export function logitMargins(
  model: tfl.LayersModel,
  batch: Batch,
  { gates, competitors, mode = "train" }: MarginOptions,
): LogitMargins {
  checkEndsInSoftmax(model);
  checkBatch(model, batch);
  const classes = Number(model.outputs[0]?.shape.at(-1));
  if (!(competitors >= 1 && (Number.isInteger(competitors) || competitors === Number.POSITIVE_INFINITY)))
    throw new TrainingError(`margins need a whole number of competitors, 1 or more, not ${competitors}`);
  const count = Math.min(competitors, classes - 1);
  const purpose = JSON.stringify(["margins", mode, count, gates]);
  const run = onceForModel(model, purpose, () =>
    modelFunction(model, ([xs, ys]) => {
      if (xs === undefined || ys === undefined) throw new TypeError("xs, ys expected");
      return marginsOf(model, xs, ys, gates, count, mode);
    }),
  );
  const [logProbabilities, ...found] = run(batch);
  return { logProbabilities, gates: found } as LogitMargins;
}

function marginsOf(
  model: tfl.LayersModel,
  xs: tf.Tensor,
  ys: tf.Tensor,
  sites: readonly GateSite[],
  count: number,
  mode: Mode,
): readonly tf.Tensor[] {
  const { taps, inputTaps, tensors } = openGates(model, sites, Number(xs.shape[0]));
  const classOf = ys.rank === 2 ? tf.argMax(ys, 1) : ys;
  /** One-hot rows: the example's class, and its competitors. */
  const select = (scores: tf.Tensor2D): readonly [tf.Tensor2D, ...(readonly tf.Tensor2D[])] => {
    const own = targets(classOf, Number(scores.shape[1]));
    return [own, ...strongest(scores, own, count)];
  };
  const { value, gradients } = valueAndPullbacks(
    () => [logits(model, xs, { mode, taps, inputTaps })],
    (scores) => {
      const [own, ...competitors] = select(scores);
      return competitors.map((competitor) => tf.sub(competitor, own));
    },
    tensors,
  );
  const logProbabilities = tf.logSoftmax(value);
  const selected = select(value);
  const chosen = selected.map((one) => tf.sum(tf.mul(logProbabilities, one), 1));
  const others = tf.logSumExp(selected.reduce(without, logProbabilities), 1);
  const rows = tf.stack([...chosen, tf.maximum(others, never)]);
  const bySite = tensors.map((z, site) => tf.stack(gradients.map((seed) => seed[site] ?? tf.zerosLike(z))));
  return [rows, ...bySite];
}

/** A logarithm that no probability reaches. */
const never = -1e30;

/** The scores with those of the one-hot rows out of reach. */
const without = (scores: tf.Tensor2D, one: tf.Tensor2D): tf.Tensor2D => tf.add(scores, tf.mul(one, never));

/** One-hot rows of the largest scores but the example's own, `[batch, classes]` each. */
function strongest(scores: tf.Tensor2D, own: tf.Tensor2D, count: number): readonly tf.Tensor2D[] {
  const found: tf.Tensor2D[] = [];
  let rest = without(scores, own);
  for (let i = 0; i < count; i++) {
    const one = targets(tf.argMax(rest, 1), Number(scores.shape[1]));
    found.push(one);
    rest = without(rest, one);
  }
  return found;
}
