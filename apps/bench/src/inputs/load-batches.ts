/** The batch source of a run, by the data set of its network. */
import type { BatchSizes, BatchSource, ImageSettings, OnProgress } from "./batch-source.ts";
import { cifar10Batches } from "./cifar10.ts";
import { type DataSet, dataSetOf } from "./data-set.ts";
import { imagenetBatches } from "./imagenet.ts";

type Load = (settings: ImageSettings, sizes: BatchSizes, onProgress?: OnProgress) => Promise<BatchSource>;

const loaders: Readonly<Record<DataSet, Load>> = { cifar10: cifar10Batches, imagenet: imagenetBatches };

/** Equal settings give equal images. */
export function loadBatches(
  settings: ImageSettings,
  sizes: BatchSizes,
  onProgress?: OnProgress,
): Promise<BatchSource> {
  return loaders[dataSetOf(settings.model)](settings, sizes, onProgress);
}
