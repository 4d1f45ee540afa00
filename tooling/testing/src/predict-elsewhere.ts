/** Saves a model to disk and runs it in another process, which has stock tfjs and none of our packages. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

const stranger = path.join(import.meta.dirname, "stranger.mjs");

/** The values of each output, in row-major order, from tfjs's plain JavaScript engine. */
export async function predictElsewhere(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
): Promise<readonly (readonly number[])[]> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-"));
  const write = (name: string, value: unknown): void =>
    fs.writeFileSync(path.join(directory, name), JSON.stringify(value));
  try {
    await model.save(
      tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
        write("model.json", { modelTopology, weightSpecs });
        fs.writeFileSync(path.join(directory, "weights.bin"), new Uint8Array(weightData as ArrayBuffer));
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
      }),
    );
    write(
      "inputs.json",
      inputs.map((input) => ({ values: Array.from(input.dataSync()), shape: input.shape })),
    );
    const { stdout } = await promisify(execFile)(process.execPath, [stranger, directory]);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as number[][];
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
