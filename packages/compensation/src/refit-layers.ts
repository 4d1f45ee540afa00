/**
 * Refits the layers of a smaller model one by one, from the input to the output: each so that its output on the smaller
 * model's own inputs is what the original's was.
 */
import { createRandom } from "@secateur/base";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { type LayerCall, modelGraph } from "@secateur/model-graph";
import { type KeptIndices, keptIndices, type Plan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { affineMap, hasShift } from "./affine-map.ts";
import { chooseRidge } from "./choose-ridge.ts";
import { CompensationError } from "./errors.ts";
import { fitColumns } from "./fit-columns.ts";
import { keptOutputs } from "./kept-outputs.ts";
import type { LayerRefit } from "./layer-refit.ts";
import { walkModel } from "./model-walk.ts";
import { type OriginalTarget, originalTargets, readPositions } from "./original-targets.ts";
import { type RefitSite, refitSites, type SkippedLayer } from "./refit-sites.ts";
import type { FitRows } from "./row-residuals.ts";
import { positionsPerExample } from "./rows-per-layer.ts";
import { type OriginalLayer, siteRows, type WalkedModel } from "./site-rows.ts";
import { momentRows, writeBack } from "./write-back.ts";

export interface RefitSettings {
  /** Undefined for one that depends on the number of rows. */
  readonly ridge: number | undefined;
  /** Positions per example; undefined for a number that depends on the layer's size. */
  readonly positions: number | undefined;
  readonly seed: number;
  readonly onLayer: (report: RefittedLayer, done: number, total: number) => void;
}

export interface RefittedLayer {
  readonly layer: string;
  /** Squared error at the layer's output relative to the original's variance, before its refit. */
  readonly before: number;
  /** The same afterwards; never larger. */
  readonly after: number;
  /** λ relative to the mean of the inputs' second moments; Infinity where the layer keeps its weights. */
  readonly ridge: number;
}

export interface RefitResult {
  readonly layers: readonly RefittedLayer[];
  readonly skipped: readonly SkippedLayer[];
}

/**
 * Changes the weights of `smaller`.
 *
 * @param graph - Of the original model, for which `plan` is.
 * @param minibatches - The models' inputs, one list per minibatch. They are not disposed.
 */
export async function refitLayers(
  graph: DependencyGraph,
  smaller: tfl.LayersModel,
  plan: Plan,
  minibatches: readonly (readonly tf.Tensor[])[],
  refit: LayerRefit,
  settings: RefitSettings,
): Promise<RefitResult> {
  const kept = keptIndices(graph, plan);
  checkFits(graph.model, smaller, kept);
  const [wide, narrow] = [modelGraph(graph.model), modelGraph(smaller)];
  const { sites: all, skipped: unsupported } = refitSites(wide, kept);
  const isFixed = (site: RefitSite): boolean =>
    refit.needsShift && !hasShift(site.linear, ...callsOf(site, { graph: narrow }));
  const sites = all.filter((site) => !isFixed(site));
  const targets = originalTargets(wide, sites);
  const original = {
    graph: wide,
    walk: walkModel(graph.model, minibatches, readPositions(wide, sites, targets)),
  };
  const reduced = { graph: narrow, walk: walkModel(smaller, minibatches) };
  const models = [original, reduced] as const;
  const skipped = [
    ...unsupported,
    ...all.filter(isFixed).map(({ layer }) => ({ layer, reason: "it has no bias" })),
  ];
  const layers: RefittedLayer[] = [];
  try {
    for (const [done, site] of sites.entries()) {
      const { tensor, position } = targets[done] as OriginalTarget;
      original.walk.advance(position);
      reduced.walk.advance(site.call);
      const layer = await refitSite(
        site,
        { tensor, kept: keptOutputs(site, wide, kept) },
        models,
        minibatches,
        refit,
        settings,
      );
      layers.push(layer);
      settings.onLayer(layer, done + 1, sites.length);
      await tf.nextFrame(); // lets a page draw and a process handle signals
    }
  } finally {
    for (const { walk } of models) walk.dispose();
  }
  return { layers, skipped };
}

/** @throws CompensationError unless the smaller model has the shapes that the plan leaves. */
export function checkFits(original: tfl.LayersModel, smaller: tfl.LayersModel, kept: KeptIndices): void {
  const weights = modelGraph(smaller).weights;
  for (const [path, { shape }] of modelGraph(original).weights) {
    const expected = shape.map((size, axis) => kept.get(path)?.get(axis)?.length ?? size);
    const actual = weights.get(path)?.shape;
    if (String(actual) === String(expected)) continue;
    throw new CompensationError(
      `the smaller model does not fit the plan: "${path}" is [${actual ?? "missing"}], and [${expected}] is what the plan leaves`,
    );
  }
}

async function refitSite(
  site: RefitSite,
  target: Omit<OriginalLayer, "map">,
  models: readonly [WalkedModel, WalkedModel],
  minibatches: readonly (readonly tf.Tensor[])[],
  refit: LayerRefit,
  { ridge, positions, seed }: RefitSettings,
): Promise<RefittedLayer> {
  const [call, normalization] = callsOf(site, models[1]);
  const shifts = hasShift(site.linear, call, normalization);
  const map = affineMap(site.linear, call, normalization);
  const originalMap = affineMap(site.linear, ...callsOf(site, models[0]));
  const start = tf.tidy(() => refit.start(map, shifts));
  const features: tf.Tensor3D[] = []; // of the first rows
  const rows: FitRows[] = [];
  try {
    const perExample = positions ?? positionsPerExample(start.shape[1], minibatches);
    for (const minibatch of minibatches.keys()) {
      const random = createRandom(seed, site.call, minibatch);
      const each = siteRows(site, { ...target, map: originalMap }, models, minibatch, { perExample, random });
      rows.push(tf.tidy(() => refit.rows(each, map, shifts)));
      const isEnough = features.reduce((n, { shape }) => n + shape[1], 0) >= momentRows;
      if (!isEnough) features.push(tf.clone(each.features));
      tf.dispose({ ...each });
    }
    const settings = { readThrough: site.readThrough, hasShift: shifts };
    const chosen =
      ridge === undefined ? await chooseRidge(rows, start, settings) : { ridge, moments: undefined };
    const fit = await fitColumns(rows, start, { ...settings, ...chosen });
    if (fit.after < fit.before) {
      const fitted = tf.tidy(() => refit.apply(map, fit.columns, shifts));
      writeBack(site.linear, call, normalization, fitted, features);
      tf.dispose({ ...fitted });
    }
    fit.columns.dispose();
    return { layer: site.layer, before: fit.before, after: fit.after, ridge: fit.ridge };
  } catch (error) {
    if (!(error instanceof CompensationError)) throw error;
    throw new CompensationError(`layer "${site.layer}": ${error.message}`, { cause: error });
  } finally {
    tf.dispose([{ ...map }, { ...originalMap }, start, ...features, ...rows.map((each) => ({ ...each }))]);
  }
}

function callsOf(
  site: RefitSite,
  { graph }: Pick<WalkedModel, "graph">,
): readonly [LayerCall, LayerCall | undefined] {
  const call = graph.calls[site.call];
  if (call === undefined) throw new RangeError(`no layer call ${site.call}`);
  return [call, site.normalization === null ? undefined : graph.calls[site.normalization]];
}
