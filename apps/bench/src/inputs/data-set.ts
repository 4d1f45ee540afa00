/** The data sets of the bench. A network's input size decides which one it is for. */
import { type ModelName, modelInfo, modelNames } from "@secateur/models";

/** Titles by name. */
const titles = { cifar10: "CIFAR-10", imagenet: "ImageNet" } as const;

export type DataSet = keyof typeof titles;

/** The `--data` value that replaces CIFAR-10 by generated images. */
export const synthetic = "synthetic";

export function dataSetOf(model: ModelName): DataSet {
  return modelInfo(model).inputShape[0] === 224 ? "imagenet" : "cifar10";
}

/** For titles: the images that a run uses. */
export function dataTitle({
  model,
  data,
}: {
  readonly model: ModelName;
  readonly data: string | null;
}): string {
  return data === synthetic ? "synthetic images" : titles[dataSetOf(model)];
}

/** The networks of the model table that are made for a data set. */
export function modelsFor(dataSet: DataSet): readonly ModelName[] {
  return modelNames.filter((name) => dataSetOf(name) === dataSet);
}
