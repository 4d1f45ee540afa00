/** The data sets of the bench. The network that a run is about tells which it is: by the size of its pictures. */
import { isModelName, listModels, type ModelName, modelInfo } from "@secateur/models";

export type DataSet = "cifar10" | "imagenet";

/** As a person writes them. */
export const dataSetTitles: Readonly<Record<DataSet, string>> = { cifar10: "CIFAR-10", imagenet: "ImageNet" };

/** @param model a name of the table. */
export function dataSetOf(model: string): DataSet {
  return isModelName(model) && modelInfo(model).inputShape[0] === 224 ? "imagenet" : "cifar10";
}

/** The networks of the table that are made for a data set. */
export function modelsFor(dataSet: DataSet): readonly ModelName[] {
  return listModels().filter((name) => dataSetOf(name) === dataSet);
}
