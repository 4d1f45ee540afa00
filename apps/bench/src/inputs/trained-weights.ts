/** Networks that come with the repository, trained by `bench:cifar10` itself; each folder has the run's log and settings. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The file with a network's trained weights, or null where there is none. */
export function trainedWeights(model: string): string | null {
  const file = fileURLToPath(new URL(`../trained/${model}/network.safetensors`, import.meta.url));
  return existsSync(file) ? file : null;
}
