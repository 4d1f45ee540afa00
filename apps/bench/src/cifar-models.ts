/** The networks of the table that are made for pictures of 32 × 32. */
import { listModels, type ModelName, modelInfo } from "@secateur/models";

export const cifarModels: readonly ModelName[] = listModels().filter(
  (name) => modelInfo(name).inputShape[0] === 32,
);
