/**
 * The pruned network as files: a folder that `tf.loadLayersModel` reads, its weights as safetensors with torchvision's names, and
 * the plan.
 */
import path from "node:path";
import { fillFolder } from "@secateur/base/node";
import { saveModel } from "@secateur/model-files";
import { saveWeights } from "@secateur/models";
import type { Plan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { RunDirectory } from "../run/run-directory.ts";
import { explained } from "../run/run-directory-error.ts";

const names = { model: "model", weights: "weights.safetensors", plan: "plan.json" } as const;

/**
 * Replaces files of an earlier attempt.
 *
 * @returns the names in the run's directory. @throws RunDirectoryError where the disk is full.
 */
export async function saveNetwork(
  run: Pick<RunDirectory<unknown, never>, "path" | "write">,
  model: tfl.LayersModel,
  plan: Plan,
): Promise<readonly string[]> {
  const folder = path.join(run.path, names.model);
  await fillFolder(folder, (staging) => saveModel(model, staging)).catch((error: unknown) =>
    explained(`write ${folder}`, () => {
      throw error;
    }),
  );
  run.write(names.weights, saveWeights(model, { naming: "pytorch" }));
  run.write(names.plan, `${JSON.stringify(plan)}\n`);
  return [`${names.model}/`, names.weights, names.plan];
}
