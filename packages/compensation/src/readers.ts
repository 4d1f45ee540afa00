/** The layers that read a network's units, and what a refit of one of them makes of the others' inputs when a unit goes. */
import { createRandom } from "@secateur/base";
import { consumesUnits, type DependencyGraph, type Group, type Slice } from "@secateur/dependency-graph";
import { type LayerCall, type ModelGraph, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { affineMap, applyColumns, hasShift } from "./affine-map.ts";
import type { EliminationProblem } from "./elimination.ts";
import { CompensationError } from "./errors.ts";
import { withOnes } from "./layer-refit.ts";
import { linearLayers } from "./linear-layers/index.ts";
import type { LinearLayer } from "./linear-layers/linear-layer.ts";
import type { ModelWalk } from "./model-walk.ts";
import { mostInputs, normalizationAfter } from "./refit-sites.ts";
import { ridgeInverse } from "./ridge-system.ts";
import { positionsPerExample } from "./rows-per-layer.ts";
import { secondMoments } from "./second-moments.ts";
import { positionsFor } from "./site-rows.ts";
import { variance } from "./sum-products.ts";

export interface Reader {
  readonly layer: string;
  readonly linear: LinearLayer;
  readonly call: number;
  readonly normalization: LayerCall | undefined;
  /** What it reads of each group. */
  readonly reads: readonly { readonly group: Group; readonly slice: Slice }[];
  /** Coefficients of one output channel, without the constant. */
  readonly inputs: number;
}

/** In the order of execution; layers that cannot be refitted are left out. */
export function readersOf({ groups, model }: DependencyGraph): readonly Reader[] {
  const graph = modelGraph(model);
  const reads = groups.flatMap((group) =>
    group.slices.filter(({ role }) => consumesUnits(role)).map((slice) => ({ group, slice })),
  );
  const paths = [...new Set(reads.map(({ slice }) => slice.layer))];
  return paths
    .flatMap((path) => {
      const own = reads.filter(({ slice }) => slice.layer === path);
      return readerAt(graph, path, own) ?? [];
    })
    .sort((a, b) => a.call - b.call);
}

/** @throws CompensationError where a layer that reads units cannot be refitted. */
export function requiredReaders(graph: DependencyGraph): readonly Reader[] {
  const readers = readersOf(graph);
  const read = new Set(readers.filter(({ inputs }) => inputs <= mostInputs).map(({ layer }) => layer));
  for (const { id, slices } of graph.groups) {
    const missing = slices.find(({ role, layer }) => consumesUnits(role) && !read.has(layer));
    if (missing === undefined) continue;
    throw new CompensationError(
      `group "${id}" has no score that assumes a refit: its units are read by layer "${missing.layer}", for which there is none. Use another criterion`,
    );
  }
  return readers;
}

/** Null for a layer that cannot be refitted. */
function readerAt(graph: ModelGraph, path: string, reads: Reader["reads"]): Reader | null {
  const calls = graph.calls.filter((each) => each.path === path);
  const [call] = calls;
  const linear = linearLayers[call?.className ?? ""];
  if (call === undefined || calls.length > 1 || linear === undefined) return null;
  const weight = `${path}/${linear.weight}`;
  if (linear.refuses?.(call.layer) || reads.some(({ slice }) => slice.weight !== weight)) return null;
  const [channelGroups, inputs] = columnsShape(graph, linear, weight);
  const index = graph.calls.indexOf(call);
  const normalization = graph.calls[normalizationAfter(graph, index) ?? -1];
  return channelGroups > 1 ? null : { layer: path, linear, call: index, normalization, reads, inputs };
}

function columnsShape(
  { weights }: ModelGraph,
  linear: LinearLayer,
  weight: string,
): readonly [number, number] {
  const columns = tf.tidy(() => linear.toColumns(weights.get(weight)?.read() as tf.Tensor).shape);
  return [columns[0], columns[1]];
}

export interface ReaderSettings {
  readonly ridge: number;
  readonly positions: number | undefined;
  readonly seed: number;
}

/** Without the blocks: those of one group are `inputsByUnit`. */
export interface ReaderProblem extends Omit<EliminationProblem, "blocks"> {
  /** Of the layer's output after its batch normalisation, summed over channels. */
  readonly variance: number;
}

/** @param walk - Of the model, before the reader's call. */
export async function readerProblem(
  model: DependencyGraph["model"],
  { linear, call: index, normalization, inputs }: Reader,
  walk: ModelWalk,
  minibatches: readonly (readonly tf.Tensor[])[],
  { ridge, positions, seed }: ReaderSettings,
): Promise<ReaderProblem> {
  const call = modelGraph(model).calls[index] as LayerCall;
  const shifts = hasShift(linear, call, normalization);
  const size = inputs + (shifts ? 1 : 0);
  const perExample = positions ?? positionsPerExample(size, minibatches);
  const columns = tf.tidy(() => {
    const map = affineMap(linear, call, normalization);
    return shifts
      ? (tf.pad(map.columns, [
          [0, 0],
          [0, 1],
          [0, 0],
        ]) as tf.Tensor3D)
      : map.columns; // a constant changes nothing
  });
  const features = [...minibatches.keys()].map((minibatch) =>
    tf.tidy(() => {
      const x = walk.value(minibatch, call.inputs[0] as never);
      const random = createRandom(seed, index, minibatch);
      const drawn = positionsFor(linear, call.layer, x, { perExample, random });
      const rows = linear.features(call.layer, x, drawn);
      return shifts ? withOnes(rows) : rows;
    }),
  );
  try {
    const inverse = await ridgeInverse(await secondMoments(features), { ridge, hasShift: shifts });
    const weights = Float64Array.from(await columns.data());
    const spread = await variance(features.map((rows) => () => applyColumns(rows, columns)));
    return { inverse, weights, size, outputs: columns.shape[2], variance: spread };
  } finally {
    tf.dispose([...features, columns]);
  }
}

/** For each unit, the inputs of the layer that are its own; all taps of a kernel for a convolution. */
export async function inputsByUnit(
  model: DependencyGraph["model"],
  linear: LinearLayer,
  { slice, group }: Reader["reads"][number],
): Promise<readonly Int32Array[]> {
  const { weight, axis, indices, indicesPerUnit } = slice;
  const shape = modelGraph(model).weights.get(weight)?.shape.map(Number) ?? [];
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
  return Array.from({ length: group.unitCount }, (_, unit) =>
    Int32Array.from(values.keys()).filter((i) => values[i] === unit),
  );
}
