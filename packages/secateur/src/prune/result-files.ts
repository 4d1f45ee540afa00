/** The files of a result: the smaller network, the plan, the report. */
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { withStaging } from "@secateur/base/node";
import { loadModel, type Quantization, saveModel } from "@secateur/model-files";
import type { Plan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import { writeResult } from "../output-folder.ts";
import { reportHtml } from "./report.ts";
import type { PruneSummary } from "./result.ts";

/** The network as its files contain it: read back, with weights as they are stored. */
export async function asSaved(
  model: tfl.LayersModel,
  quantize: Quantization | undefined,
): Promise<tfl.LayersModel> {
  return await withStaging(path.join(os.tmpdir(), "secateur"), async (folder) => {
    await saveModel(model, folder, { quantize });
    return await loadModel(folder);
  });
}

interface ResultFiles {
  readonly smaller: tfl.LayersModel;
  readonly quantize: Quantization | undefined;
  readonly plan: Plan;
  readonly summary: PruneSummary;
}

export async function writeFiles(
  folder: string,
  { smaller, quantize, plan, summary }: ResultFiles,
): Promise<void> {
  await writeResult(folder, async (staging) => {
    await saveModel(smaller, staging, { quantize });
    await fs.writeFile(path.join(staging, "plan.json"), `${JSON.stringify(plan)}\n`);
    await fs.writeFile(path.join(staging, "report.html"), reportHtml(summary));
  });
}
