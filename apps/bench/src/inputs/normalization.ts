/** The mean and standard deviation that normalise images: a property of a trained network, not of the data. */
import { namesOf, oneOf } from "@secateur/command-line";
import {
  cifar10Statistics,
  imagenetStatistics,
  type PreprocessingName,
  preprocessings,
  type Normalization as Statistics,
} from "@secateur/datasets";
import type { z } from "zod";
import type { DataSet } from "./data-set.ts";

/** Of the networks of the model table by data set, and of a user's network. */
export type Normalization = DataSet | PreprocessingName;

export const statistics: Readonly<Record<Normalization, Statistics>> = {
  cifar10: cifar10Statistics,
  imagenet: imagenetStatistics,
  ...preprocessings,
};

export const normalizationSchema: z.ZodType<Normalization> = oneOf(namesOf(statistics));

/** "auto" is the one with the lower loss; networks that hardly differ on training images need it named. */
export type NormalizationChoice = DataSet | "auto";

export const normalizationChoices = ["auto", "cifar10", "imagenet"] as const;

/** Whether it is a user's choice for `--network`, and not a data set's. */
export function isPreprocessing(normalization: Normalization): normalization is PreprocessingName {
  return Object.hasOwn(preprocessings, normalization);
}
