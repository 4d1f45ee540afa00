/** The normalisation that a network from elsewhere was trained with: the one with the lowest loss. */
import { evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchSource } from "../../inputs/batch-source.ts";
import type { Normalization } from "../../inputs/normalization.ts";

/** Evaluates on the scoring minibatches, which are training images, so the test set plays no part. */
export async function chooseNormalization(model: tfl.LayersModel, data: BatchSource): Promise<Normalization> {
  const [own, ...others] = data.normalizations;
  if (others.length === 0) return own;
  const losses = new Map<Normalization, number>();
  for (const each of data.normalizations)
    losses.set(each, (await evaluate(model, data.scoring(0, each))).loss);
  const [best] = [...losses].sort(([, a], [, b]) => a - b);
  return best?.[0] ?? own;
}
