/** The minibatches that everything is measured on: the first training images, not augmented, always the same. */
import { batches, cifar10Statistics, type ImageSet, imagenetStatistics } from "@secateur/datasets";
import { type Batches, evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";

const statistics = [cifar10Statistics, imagenetStatistics];

/** At every call the same minibatches; `limit` takes fewer images. */
export type FirstImages = (limit?: number) => Batches;

/** Normalised as the network wants it: by the statistics that give it the lower loss. */
export async function firstImages(
  model: tfl.LayersModel,
  train: ImageSet,
  { images, batchSize }: { readonly images: number; readonly batchSize: number },
): Promise<{ readonly data: FirstImages; readonly loss: number; readonly accuracy: number }> {
  const tried = await Promise.all(
    statistics.map(async (normalize) => {
      const data: FirstImages = (limit = images) => batches(train, { batchSize, normalize, limit });
      const { loss, accuracy } = await evaluate(model, data());
      return { data, loss, accuracy };
    }),
  );
  return tried.reduce((best, each) => (each.loss < best.loss ? each : best));
}
