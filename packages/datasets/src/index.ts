/** @packageDocumentation CIFAR-10, checked and cached; ImageNet and folders of pictures; augmentation, shuffling, prefetch; a synthetic set. */

export type { Random } from "@secateur/base";
export { cacheFolder } from "@secateur/base/node";
export { type Augmentation, cropAndFlip } from "./augmentation.ts";
export { type Batch, type BatchOptions, batches } from "./batches.ts";
export { type Cifar10Options, findCachedCifar10, loadCifar10 } from "./cifar10/load.ts";
export type { EpochOptions } from "./epoch.ts";
export {
  AlteredFileError,
  CacheFolderError,
  DatasetError,
  DatasetOptionError,
  DiskFullError,
  DownloadError,
  MissingFileError,
  TruncatedFileError,
  UnreadableFileError,
} from "./errors.ts";
export type { ImageDataset, ImageSet, ImageShape } from "./image-set.ts";
export { type Crop, centerCrop, randomResizedCrop } from "./pictures/crops.ts";
export { type ImageFolder, type ImageFolderOptions, imageFolder } from "./pictures/image-folder.ts";
export { type ImagenetSplit, imagenet } from "./pictures/imagenet.ts";
export { type PictureBatchOptions, pictureBatches } from "./pictures/picture-batches.ts";
export type { Box, View } from "./pictures/resample.ts";
export { prefetch } from "./prefetch.ts";
export type { OnProgress, Progress } from "./progress.ts";
export { cifar10Statistics, imagenetStatistics, type Normalization } from "./statistics.ts";
export { splitOff, subset } from "./subset.ts";
export { type SyntheticOptions, syntheticImages } from "./synthetic-images.ts";
