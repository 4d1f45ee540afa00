/** The minibatches of the study: the first training images, not augmented, equal at every pass. */
import { batches, type ImageSet, type Normalization } from "@secateur/datasets";
import { type Batches, evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type NormalizationChoice, statistics } from "../inputs/normalization.ts";

/** Equal minibatches at every call. @param limit - Uses fewer images. */
export type FirstImages = (limit?: number) => Batches;

interface ChosenImages {
  readonly data: FirstImages;
  readonly normalize: Normalization;
  /** Of the network on the images. */
  readonly loss: number;
  readonly accuracy: number;
}

/** @param normalization - "auto" takes the statistics for which the network has the lower loss on the images. */
export async function firstImages(
  model: tfl.LayersModel,
  train: ImageSet,
  { images, batchSize }: { readonly images: number; readonly batchSize: number },
  normalization: NormalizationChoice = "auto",
): Promise<ChosenImages> {
  const tried = await Promise.all(
    candidates(normalization).map(async (normalize) => {
      const data: FirstImages = (limit = images) => batches(train, { batchSize, normalize, limit });
      const { loss, accuracy } = await evaluate(model, data());
      return { data, normalize, loss, accuracy };
    }),
  );
  return tried.reduce((best, each) => (each.loss < best.loss ? each : best));
}

function candidates(normalization: NormalizationChoice): readonly Normalization[] {
  return normalization === "auto" ? Object.values(statistics) : [statistics[normalization]];
}
