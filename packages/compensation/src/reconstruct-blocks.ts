/**
 * Block reconstruction (Li et al., ICLR 2021, arXiv 2102.05426): all layers of a residual block are refitted together, by Adam
 * on `|seen(y) - seen(t)|²` with y the block's sum on the smaller model's own inputs, t the original's, and what a ReLU behind
 * the sum lets through. Least squares refits one layer at a time, and cannot make a layer compute what the next one lacks.
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { modelGraph, type NamedWeights } from "@secateur/model-graph";
import { keptIndices, type Plan } from "@secateur/surgery";
import { adam, cosine, runSegment, TrainingError, valueAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { keptOutputs } from "./kept-outputs.ts";
import { walkModel } from "./model-walk.ts";
import { checkFits, type RefitResult, type RefitSettings, type RefittedLayer } from "./refit-layers.ts";
import type { SkippedLayer } from "./refit-sites.ts";
import { seen } from "./residual.ts";
import { type ResidualBlock, residualBlocks } from "./residual-blocks.ts";
import type { WalkedModel } from "./site-rows.ts";
import { addInto, variance } from "./sum-products.ts";

/** Steps of Adam per block, each on one minibatch. */
const steps = 80;
const learningRate = 1e-3;

/**
 * Changes the weights of `smaller`; a block whose error does not fall keeps its own.
 *
 * @param graph - Of the original model, for which `plan` is.
 * @param minibatches - The models' inputs, one list per minibatch. They are not disposed.
 */
export async function reconstructBlocks(
  graph: DependencyGraph,
  smaller: tfl.LayersModel,
  plan: Plan,
  minibatches: readonly (readonly tf.Tensor[])[],
  { onLayer }: Pick<RefitSettings, "onLayer">,
): Promise<RefitResult> {
  const kept = keptIndices(graph, plan);
  checkFits(graph.model, smaller, kept);
  const [wide, narrow] = [modelGraph(graph.model), modelGraph(smaller)];
  const { blocks, skipped: noBlocks } = residualBlocks(wide, kept);
  const original = { graph: wide, walk: walkModel(graph.model, minibatches) };
  const reduced = { graph: narrow, walk: walkModel(smaller, minibatches) };
  const layers: RefittedLayer[] = [];
  const skipped: SkippedLayer[] = [...noBlocks];
  try {
    for (const [done, block] of blocks.entries()) {
      original.walk.advance(block.addition + 1);
      reduced.walk.advance(block.from);
      const channels = keptOutputs(block.last, wide, kept);
      const targets = [...minibatches.keys()].map((n) => targetOf(original, block, channels, n));
      const { layer } = block.last;
      try {
        const report = { layer, ridge: 0, ...(await reconstruct(block, reduced, targets)) };
        layers.push(report);
        onLayer(report, done + 1, blocks.length);
      } catch (error) {
        if (!(error instanceof TrainingError)) throw error;
        skipped.push({ layer, reason: error.message }); // a layer without a gradient
      } finally {
        tf.dispose(targets);
      }
    }
  } finally {
    for (const { walk } of [original, reduced]) walk.dispose();
  }
  return { layers, skipped };
}

/** What the reader sees of the original's sum, `[batch, ...sizes, channels that are kept]`. */
function targetOf(
  { graph, walk }: WalkedModel,
  { addition, readThrough }: ResidualBlock,
  kept: Int32Array | null,
  minibatch: number,
): tf.Tensor {
  return tf.tidy(() => {
    const sum = walk.value(minibatch, graph.calls[addition]?.outputs[0] as never);
    const own = kept === null ? sum : tf.gather(sum, tf.tensor1d(kept, "int32"), sum.shape.length - 1);
    return tf.clone(seen(own, readThrough));
  });
}

/** Errors are relative to the variance of the target. */
async function reconstruct(
  block: ResidualBlock,
  { graph, walk }: WalkedModel,
  targets: readonly tf.Tensor[],
): Promise<Pick<RefittedLayer, "before" | "after">> {
  const calls = graph.calls.slice(block.from, block.addition + 1);
  const input = graph.calls[block.from - 1]?.outputs[0];
  const output = calls.at(-1)?.outputs[0];
  if (input === undefined || output === undefined)
    throw new RangeError(`block of "${block.last.layer}" is empty`);
  const squares = (n: number): tf.Scalar => {
    const [sum] = runSegment(calls, new Map([[input, walk.value(n, input)]]), [output]);
    return tf.sum(tf.squaredDifference(seen(sum as tf.Tensor, block.readThrough), targets[n] as tf.Tensor));
  };
  const error = async (): Promise<number> => {
    const total = new Float64Array(1);
    for (const n of targets.keys()) await addInto(total, () => squares(n));
    return Number(total[0]);
  };
  const weights = weightsOf(block, graph);
  const saved = [...weights.values()].map((weight) => tf.clone(weight.read()));
  const rows = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [-1, x.shape.at(-1) ?? 1]);
  const count = targets.reduce((n, x) => n + x.size / (x.shape.at(-1) ?? 1), 0);
  const scale = count * (await variance(targets.map((target) => () => rows(target))));
  try {
    const before = await error();
    await descend(weights, (step) => tf.div(squares(step % targets.length), scale));
    const after = await error();
    const isBetter = after < before;
    if (!isBetter)
      for (const [i, weight] of [...weights.values()].entries()) weight.write(saved[i] as tf.Tensor);
    return { before: before / scale, after: (isBetter ? after : before) / scale };
  } finally {
    tf.dispose(saved);
  }
}

/** Weights by path, of the layers that can be refitted and of the batch normalisations behind them, without moving averages. */
function weightsOf({ sites }: ResidualBlock, { calls, weights }: WalkedModel["graph"]): NamedWeights {
  const layers = sites.flatMap(({ layer, normalization }) => [layer, calls[normalization ?? -1]?.path]);
  return new Map(
    [...weights].filter(([path]) => {
      const at = path.lastIndexOf("/");
      return layers.includes(path.slice(0, at)) && !path.slice(at + 1).startsWith("moving_");
    }),
  );
}

/** @param loss - Of a step. */
async function descend(weights: NamedWeights, loss: (step: number) => tf.Scalar): Promise<void> {
  const optimizer = adam();
  const schedule = cosine();
  const xs = [...weights.values()].map((weight) => weight.read());
  try {
    for (let step = 0; step < steps; step++) {
      optimizer.learningRate = learningRate * schedule(step / steps);
      tf.tidy(() => {
        const { gradients } = valueAndGradients(() => [loss(step)], xs);
        const named = [...weights.keys()].flatMap((path, i) => (gradients[i] ? [[path, gradients[i]]] : []));
        optimizer.apply(weights, Object.fromEntries(named));
      });
      await tf.nextFrame(); // lets a page draw and a process handle signals
    }
  } finally {
    optimizer.dispose();
  }
}
