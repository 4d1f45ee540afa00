/** Which mean and standard deviation a network from elsewhere was trained with: the ones that give it the lower loss. */
import { evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BenchData } from "../../inputs/load-batches.ts";
import type { Normalization } from "../../inputs/normalization.ts";

/** Tried on the scoring minibatches, which are training images: nothing is learned about the test. */
export async function chooseNormalization(model: tfl.LayersModel, data: BenchData): Promise<Normalization> {
  const [own, ...others] = data.normalizations;
  if (others.length === 0) return own;
  const losses = new Map<Normalization, number>();
  for (const each of data.normalizations)
    losses.set(each, (await evaluate(model, data.scoring(0, each))).loss);
  const [best] = [...losses].sort(([, a], [, b]) => a - b);
  return best?.[0] ?? own;
}
