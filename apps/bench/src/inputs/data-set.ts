/** The data sets of the bench. A network's input size decides which one it is for. */
import path from "node:path";
import { type ModelName, modelInfo, modelNames } from "@secateur/models";
import type { NetworkSettings } from "./network.ts";

/** Titles by name. */
const titles = { cifar10: "CIFAR-10", imagenet: "ImageNet" } as const;

export type DataSet = keyof typeof titles;

/** The `--data` value that replaces CIFAR-10 by generated images. */
export const synthetic = "synthetic";

/** @param model - Null for a network of the user's, which reads images as ImageNet's do. */
export function dataSetOf(model: ModelName | null): DataSet {
  return model === null || modelInfo(model).inputShape[0] === 224 ? "imagenet" : "cifar10";
}

/** For titles: the images that a run uses. */
export function dataTitle({
  model,
  network = null,
  data,
}: Pick<NetworkSettings, "model"> & Partial<NetworkSettings> & { readonly data: string | null }): string {
  if (data === synthetic) return "synthetic images";
  return network === null ? titles[dataSetOf(model)] : path.basename(data ?? "");
}

/** The networks of the model table that are made for a data set. */
export function modelsFor(dataSet: DataSet): readonly ModelName[] {
  return modelNames.filter((name) => dataSetOf(name) === dataSet);
}
