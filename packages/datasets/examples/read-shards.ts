/** Reads images from archives in place: WebDataset here; TFRecord and Parquet files work alike. */
import { useBackend } from "@secateur/backend";
import { centerCrop, imageBatches, imagenetStatistics, tarImages } from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";

/** The number of images per class in the archives, which are paths or URLs. */
export async function countClasses(archives: readonly string[]): Promise<ReadonlyMap<string, number>> {
  await useBackend("wasm");
  const images = await tarImages(archives); // or tfRecordImages(files), parquetImages(files)
  const counts = new Map<string, number>();
  const options = { batchSize: 64, crop: centerCrop(), normalize: imagenetStatistics };
  for await (const { xs, ys } of imageBatches(images, options)) {
    for (const label of ys.dataSync<"int32">()) {
      const name = images.classes[label] ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    tf.dispose([xs, ys]);
  }
  return counts;
}
