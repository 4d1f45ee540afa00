/**
 * Chooses anew which units of each group go, so that the layer that reads them can be refitted best. How many go of each group
 * stays. Groups that several layers read keep their choice.
 */
import { createRandom } from "@secateur/base";
import { consumesUnits, type DependencyGraph, type Group, type Slice } from "@secateur/dependency-graph";
import { type LayerCall, type ModelGraph, modelGraph } from "@secateur/model-graph";
import { createPlan, type Plan, unitsToRemove } from "@secateur/surgery";
import type { UnlabelledBatches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { affineMap, hasShift } from "./affine-map.ts";
import { checkCompensateOptions } from "./compensate.ts";
import { eliminate, inverseOf } from "./elimination.ts";
import { gramFactors } from "./gram-factors.ts";
import { withOnes } from "./layer-refit.ts";
import { linearLayers } from "./linear-layers/index.ts";
import type { LinearLayer } from "./linear-layers/linear-layer.ts";
import { type ModelWalk, walkModel } from "./model-walk.ts";
import { normalizationAfter } from "./refit-sites.ts";
import { positionsPerExample } from "./rows-per-layer.ts";
import { collectSamples } from "./samples.ts";
import { secondMoments } from "./second-moments.ts";
import { positionsFor } from "./site-rows.ts";

export interface SwapOptions {
  /** The most examples that are used. Default: as many whose activations fit into 1.5 GiB. */
  readonly samples?: number;
  /** As in `compensate`. Default 1e-3. */
  readonly ridge?: number;
  /** As in `compensate`. */
  readonly positions?: number;
  /** Determines the sampled positions. Default 0. */
  readonly seed?: number;
}

/** Layers with more inputs keep their units: the time grows with the cube. */
const mostInputs = 1200;

/** The only layer that reads a group's units. */
interface Reader {
  readonly group: Group;
  readonly slice: Slice;
  readonly linear: LinearLayer;
  readonly call: number;
  readonly normalization: LayerCall | undefined;
}

/**
 * A plan that removes as many units of every group as `plan`. The model does not change; the samples are disposed.
 *
 * @param graph - Of the original model.
 * @param samples - Minibatches of inputs, `{ xs }`.
 *
 * @example const better = await swapUnits(graph, selectUnits(graph, scores, { macs: 0.5 }), [{ xs: images }]);
 */
export async function swapUnits(
  graph: DependencyGraph,
  plan: Plan,
  samples: UnlabelledBatches,
  { samples: limit, ridge = 1e-3, positions, seed = 0 }: SwapOptions = {},
): Promise<Plan> {
  checkCompensateOptions({
    ridge,
    seed,
    ...(limit === undefined ? {} : { samples: limit }),
    ...(positions === undefined ? {} : { positions }),
  });
  const minibatches = await collectSamples(graph.model, samples, limit);
  const walk = walkModel(graph.model, minibatches);
  const remove = new Map(graph.groups.map((group) => [group.id, unitsToRemove(plan, group.id)]));
  try {
    for (const reader of readersOf(graph, plan)) {
      walk.advance(reader.call);
      const count = unitsToRemove(plan, reader.group.id).length;
      const chosen = await cheapestUnits(graph, reader, walk, minibatches, {
        count,
        ridge,
        positions,
        seed,
      });
      if (chosen.length === count) remove.set(reader.group.id, chosen);
    }
  } finally {
    walk.dispose();
    tf.dispose(minibatches.flat());
  }
  return createPlan(graph, remove);
}

/** In the order of execution. */
function readersOf({ groups, model }: DependencyGraph, plan: Plan): readonly Reader[] {
  const graph = modelGraph(model);
  const readers = groups.flatMap((group) => {
    const [slice, ...others] = group.slices.filter(({ role }) => consumesUnits(role));
    if (slice === undefined || others.length > 0 || unitsToRemove(plan, group.id).length === 0) return [];
    const calls = graph.calls.filter(({ path }) => path === slice.layer);
    const [call] = calls;
    const linear = linearLayers[call?.className ?? ""];
    if (call === undefined || calls.length > 1 || linear === undefined) return [];
    if (slice.weight !== `${slice.layer}/${linear.weight}` || (linear.refuses?.(call.layer) ?? null) !== null)
      return [];
    const index = graph.calls.indexOf(call);
    const normalization = graph.calls[normalizationAfter(graph, index) ?? -1];
    return [{ group, slice, linear, call: index, normalization }];
  });
  return readers.sort((a, b) => a.call - b.call);
}

interface CheapestOptions extends Required<Pick<SwapOptions, "ridge" | "seed">> {
  readonly count: number;
  readonly positions: number | undefined;
}

async function cheapestUnits(
  { model }: DependencyGraph,
  { group, slice, linear, call: index, normalization }: Reader,
  walk: ModelWalk,
  minibatches: readonly (readonly tf.Tensor[])[],
  { count, ridge, positions, seed }: CheapestOptions,
): Promise<readonly number[]> {
  const graph = modelGraph(model);
  const call = graph.calls[index] as LayerCall;
  const { columns, shift } = affineMap(linear, call, normalization);
  shift.dispose();
  const [groups, inputs, outputs] = columns.shape;
  const shifts = hasShift(linear, call, normalization);
  const size = inputs + (shifts ? 1 : 0);
  const weights = new Float64Array(size * outputs); // the constant's weights do not matter
  weights.set(await columns.data());
  columns.dispose();
  if (groups > 1 || inputs > mostInputs) return [];
  const blocks = await inputsByUnit(graph, slice, linear, group.unitCount);
  const perExample = positions ?? positionsPerExample(size, minibatches);
  const features = [...minibatches.keys()].map((minibatch) =>
    tf.tidy(() => {
      const x = walk.value(minibatch, call.inputs[0] as never);
      const random = createRandom(seed, index, minibatch);
      const rows = linear.features(
        call.layer,
        x,
        positionsFor(linear, call.layer, x, { perExample, random }),
      );
      return shifts ? withOnes(rows) : rows;
    }),
  );
  try {
    const { factors } = gramFactors(await secondMoments(features), { ridge, hasShift: shifts });
    const inverse = inverseOf(factors[0] as Float64Array, size);
    return eliminate({ inverse, weights, size, outputs, blocks }, count);
  } finally {
    tf.dispose(features);
  }
}

/** For each unit, the inputs of the layer that are its own; all taps of a kernel for a convolution. */
async function inputsByUnit(
  { weights }: ModelGraph,
  { weight, axis, indices, indicesPerUnit }: Slice,
  linear: LinearLayer,
  unitCount: number,
): Promise<readonly Int32Array[]> {
  const shape = weights.get(weight)?.shape.map(Number) ?? [];
  const unitAt = new Int32Array(shape[axis] ?? 0).fill(-1);
  for (const [at, i] of indices.entries()) unitAt[i] = Math.floor(at / indicesPerUnit);
  const units = tf.tidy(() => {
    const along = tf.reshape(
      tf.tensor1d(Float32Array.from(unitAt)),
      shape.map((length, i) => (i === axis ? length : 1)),
    );
    const columns = linear.toColumns(tf.add(tf.zeros(shape), along));
    return tf.slice(columns, [0, 0, 0], [1, columns.shape[1], 1]);
  });
  const values = await units.data();
  units.dispose();
  return Array.from({ length: unitCount }, (_, unit) =>
    Int32Array.from(values.keys()).filter((i) => values[i] === unit),
  );
}
