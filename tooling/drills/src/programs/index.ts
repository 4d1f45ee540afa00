/** The programs that are interrupted, by name. */
import { compensation, iterative, oneShot, oracle } from "./bench.ts";
import { experiment, imagenet, network } from "./imagenet.ts";
import type { DrilledProgram } from "./program.ts";
import { prune } from "./prune.ts";

export const programNames = [
  "cifar10",
  "iterative",
  "oracle",
  "compensation",
  "imagenet",
  "network",
  "experiment",
  "prune",
] as const;
export type ProgramName = (typeof programNames)[number];

export const programs: Readonly<Record<ProgramName, DrilledProgram>> = {
  cifar10: oneShot,
  iterative,
  oracle,
  compensation,
  imagenet,
  network,
  experiment,
  prune,
};
