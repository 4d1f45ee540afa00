/** Keras ≥ 2.4 writes the regularizers `L1` and `L2`; tfjs has `L1L2` alone. */
import { isRecord } from "../json-object.ts";
import type { LayerMend } from "./map-layers.ts";

export const regularizers: LayerMend = (layer) => {
  const { config } = layer;
  if (!isRecord(config)) return layer;
  const mended = Object.entries(config).map(([key, value]) => [
    key,
    key.endsWith("_regularizer") ? l1l2(value) : value,
  ]);
  return { ...layer, config: Object.fromEntries(mended) };
};

function l1l2(regularizer: unknown): unknown {
  if (!isRecord(regularizer) || (regularizer["class_name"] !== "L1" && regularizer["class_name"] !== "L2"))
    return regularizer;
  const { l1 = 0, l2 = 0 } = isRecord(regularizer["config"]) ? regularizer["config"] : {};
  return { class_name: "L1L2", config: { l1, l2 } };
}
