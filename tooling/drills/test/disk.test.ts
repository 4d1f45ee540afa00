/** Short versions of `drill:disk`: `saveModel` at every write, `secateur prune` at one. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadModel, saveModel } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { failAtEveryWrite } from "../src/disk/disk-drill.ts";
import { failWrites } from "../src/disk/failing-writes.ts";
import { programs } from "../src/programs/index.ts";
import { prepareFolders } from "../src/programs/interrupted-run.ts";
import { leftovers } from "../src/programs/leftovers.ts";

let root = "";
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-disk-"));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

function constant(value: number): tfl.LayersModel {
  const kernelInitializer = tfl.initializers.constant({ value });
  return tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [2], kernelInitializer })] });
}

async function valueIn(folder: string): Promise<number> {
  const model = await loadModel(folder);
  const [value] = await (model.getWeights()[0] as NonNullable<ReturnType<typeof model.getWeights>[0]>).data();
  disposeModel(model);
  return Number(value);
}

it("saveModel on a full disk leaves the old model or the new one, at every write", async () => {
  const folder = path.join(root, "model");
  const [old, replacement] = [constant(1), constant(2)];
  for (let position = 0; ; position++) {
    fs.rmSync(folder, { recursive: true, force: true });
    await saveModel(old, folder);
    const writes = await failWrites({ folder, from: position, kind: "ENOSPC" });
    const error = await saveModel(replacement, folder).then(
      () => null,
      (reason: unknown) => reason,
    );
    writes.restore();
    expect(await valueIn(folder), `write ${position}`).toBe(error === null ? 2 : 1);
    expect(leftovers(folder)).toEqual([]);
    if (error === null) {
      expect(position).toBeGreaterThan(3);
      break;
    }
    expect(error).toMatchObject({ code: "ENOSPC" });
    await saveModel(replacement, folder);
    expect(await valueIn(folder)).toBe(2);
  }
  for (const model of [old, replacement]) disposeModel(model);
});

it("secateur prune says that the disk is full, keeps the earlier result, and works afterwards", {
  timeout: 240_000,
}, async () => {
  const folders = await prepareFolders(path.join(root, "prune"), programs.prune);
  const options = { engine: "wasm", kind: "ENOSPC", offset: 11, stride: 100, tolerance: 0 } as const;
  const { positions, problems } = await failAtEveryWrite(programs.prune, folders, options);
  expect(problems).toEqual([]);
  expect(positions).toBe(1);
});
