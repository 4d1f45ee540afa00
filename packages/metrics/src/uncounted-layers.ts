/** Layers that multiply and add, and whose MACs are not counted. */
import { type LayerCall, modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { macRuleOf } from "./mac-rules.ts";

export interface UncountedLayers {
  /** Layers with weights of a class without a rule. */
  readonly layers: readonly { readonly path: string; readonly className: string }[];
  /** Their share, 0..1, of the parameters of all layers that multiply and add. */
  readonly share: number;
}

/**
 * Needs no sizes: also for a model whose input sizes are open.
 *
 * @example if (uncountedLayers(model).share > 0.1) console.warn("MACs say little about this model");
 */
export function uncountedLayers(model: tfl.LayersModel): UncountedLayers {
  const layers: { path: string; className: string }[] = [];
  const parameters = { counted: 0, uncounted: 0 };
  const calls = new Map<string, LayerCall>(modelGraph(model).calls.map((call) => [call.path, call]));
  for (const { path, className, layer } of calls.values()) {
    const rule = macRuleOf(className, layer.getConfig());
    if (layer.weights.length === 0 || typeof rule === "string") continue;
    if (rule === undefined) layers.push({ path, className });
    parameters[rule === undefined ? "uncounted" : "counted"] += layer.countParams();
  }
  const { counted, uncounted } = parameters;
  return { layers, share: uncounted === 0 ? 0 : uncounted / (counted + uncounted) };
}
