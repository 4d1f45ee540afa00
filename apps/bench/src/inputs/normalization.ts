/** By whose mean and standard deviation pictures are normalised: a property of a trained network, not of the data. */
import { cifar10Statistics, imagenetStatistics, type Normalization as Statistics } from "@secateur/datasets";
import type { DataSet } from "./data-set.ts";

export type Normalization = DataSet;

export const statistics: Readonly<Record<Normalization, Statistics>> = {
  cifar10: cifar10Statistics,
  imagenet: imagenetStatistics,
};
