/** The mean and standard deviation that normalise images: a property of a trained network, not of the data. */
import { cifar10Statistics, imagenetStatistics, type Normalization as Statistics } from "@secateur/datasets";
import { z } from "zod";
import type { DataSet } from "./data-set.ts";

export type Normalization = DataSet;

export const statistics: Readonly<Record<Normalization, Statistics>> = {
  cifar10: cifar10Statistics,
  imagenet: imagenetStatistics,
};

export const normalizationSchema: z.ZodType<Normalization> = z.enum(["cifar10", "imagenet"]);

/** "auto" is the one with the lower loss; networks that hardly differ on training images need it named. */
export type NormalizationChoice = Normalization | "auto";

export const normalizationChoices = ["auto", "cifar10", "imagenet"] as const;
