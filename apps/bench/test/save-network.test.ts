/** The files of a pruned network in the directory of a run. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { disposeModel } from "@secateur/model-graph";
import { createModel } from "@secateur/models";
import { expect, it, onTestFinished } from "vitest";
import { saveNetwork } from "../src/experiments/save-network.ts";

it("replaces the files of a killed attempt, and explains a failure", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-save-"));
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }));
  const model = createModel("lenet3");
  const save = (folder: string) =>
    saveNetwork(
      { path: folder, write: (name, text) => fs.writeFileSync(path.join(folder, name), text) },
      model,
      {
        formatVersion: 1,
        fingerprint: "none",
        remove: {},
      },
    );
  fs.mkdirSync(path.join(directory, "model", ".staging-999999999-abcdef"), { recursive: true });
  fs.writeFileSync(
    path.join(directory, "model", "group1-shard1of1.bin"),
    "killed before model.json was there",
  );
  await save(directory);
  expect(fs.readdirSync(path.join(directory, "model")).sort()).toEqual([
    "group1-shard1of1.bin",
    "model.json",
  ]);
  expect(fs.readdirSync(directory).sort()).toEqual(["model", "plan.json", "weights.safetensors"]);

  await expect(save(path.join(directory, "plan.json"))).rejects.toThrow(
    /Could not write .*: (a part of the path is a file|there is a file of that name)/,
  );
  disposeModel(model);
});
