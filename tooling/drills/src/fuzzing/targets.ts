/** The readers of foreign files that `drill:fuzz` knows. */
import type { FuzzTarget } from "./target.ts";
import { archiveTarget } from "./targets/archive.ts";
import { imageTarget } from "./targets/image.ts";
import { h5Target, kerasTarget, modelJsonTarget } from "./targets/model-files.ts";
import { pickleTarget } from "./targets/pickle.ts";
import { planTarget } from "./targets/plan.ts";
import { pytorchTarget } from "./targets/pytorch.ts";
import { safetensorsTarget } from "./targets/safetensors.ts";

export const targetNames = [
  "pickle",
  "pytorch",
  "safetensors",
  "plan",
  "image",
  "archive",
  "model-json",
  "h5",
  "keras",
] as const;
export type TargetName = (typeof targetNames)[number];

export const targets: Readonly<Record<TargetName, () => FuzzTarget | Promise<FuzzTarget>>> = {
  pickle: () => pickleTarget,
  pytorch: () => pytorchTarget,
  safetensors: () => safetensorsTarget,
  plan: () => planTarget,
  image: imageTarget,
  archive: archiveTarget,
  "model-json": modelJsonTarget,
  h5: h5Target,
  keras: kerasTarget,
};
