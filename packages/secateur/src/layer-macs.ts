/** Multiply-adds of the calls of every layer. */
import { isSecateurError } from "@secateur/base";
import { countMacs } from "@secateur/metrics";
import type * as tfl from "@tensorflow/tfjs-layers";

/** By the layer's path, one number for each call; null where they depend on sizes that the model leaves open. */
export function layerMacs(model: tfl.LayersModel): ReadonlyMap<string, number[]> | null {
  try {
    const byPath = new Map<string, number[]>();
    for (const { path, macs } of countMacs(model).layers)
      byPath.set(path, [...(byPath.get(path) ?? []), macs]);
    return byPath;
  } catch (error) {
    if (isSecateurError(error)) return null;
    throw error;
  }
}
