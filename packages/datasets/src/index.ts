/** @packageDocumentation CIFAR-10, verified and cached; ImageNet, image folders and archives; augmentation, shuffling, prefetch; synthetic images. */

export type { Random } from "@secateur/base";
export { cacheFolder } from "@secateur/base/node";
export { type ParquetImageOptions, parquetImages } from "./archives/parquet-images.ts";
export { type TarImageOptions, tarImages } from "./archives/tar-images.ts";
export { type TfRecordImageOptions, tfRecordImages } from "./archives/tf-record-images.ts";
export { type Augmentation, cropAndFlip } from "./augmentation.ts";
export { type Batch, type BatchOptions, batches } from "./batches.ts";
export { type Cifar10Options, findCachedCifar10, loadCifar10 } from "./cifar10/load.ts";
export type { EpochOptions } from "./epoch.ts";
export {
  AlteredFileError,
  CacheFolderError,
  CorruptImagesError,
  DatasetError,
  DatasetOptionError,
  DiskFullError,
  DownloadError,
  LabelOrderError,
  MissingFileError,
  TruncatedFileError,
  UnreadableFileError,
} from "./errors.ts";
export type { ImageDataset, ImageSet, ImageShape } from "./image-set.ts";
export { type ImagenetSplit, imagenet } from "./imagenet/imagenet.ts";
export { imagenetByName } from "./imagenet/imagenet-by-name.ts";
export { imagenetWnids } from "./imagenet/imagenet-wnids.ts";
export { type Crop, centerCrop, randomResizedCrop } from "./images/crops.ts";
export { type EncodedImages, selectImages } from "./images/encoded-images.ts";
export { type ImageBatchOptions, imageBatches } from "./images/image-batches.ts";
export { type ImageFolderOptions, imageFolder } from "./images/image-folder.ts";
export { listImages } from "./images/list-images.ts";
export { type ImageSize, readImage } from "./images/read-image.ts";
export type { Box, View } from "./images/resample.ts";
export { type Decoding, decodings } from "./images/view-pixels.ts";
export { prefetch } from "./prefetch.ts";
export {
  type PreprocessingName,
  preprocessingMeanings,
  preprocessingNames,
  preprocessings,
} from "./preprocessing.ts";
export type { OnProgress, Progress } from "./progress.ts";
export { cifar10Statistics, imagenetStatistics, type Normalization } from "./statistics.ts";
export { splitOff, subset } from "./subset.ts";
export { type SyntheticOptions, syntheticImages } from "./synthetic-images.ts";
