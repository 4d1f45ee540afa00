/** `saveModel`: writes a model's files, so that a reader finds the old model or the new one and nothing in between. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { listFolder, openOnDisk, writeFolder } from "#disk";
import { modelArtifacts, type SaveModelOptions } from "./model-artifacts.ts";
import { modelFiles } from "./model-files.ts";
import { type ModelFolder, maximumJsonBytes } from "./model-folder.ts";
import { parseModelJson } from "./model-json.ts";
import { isBrowserStorage, writeBrowserStorage } from "./sources/browser-storage.ts";

/**
 * Writes model.json and its weight files, which `tf.loadLayersModel` reads. A model in a folder is replaced at the moment
 * at which the new model.json gets its name; the folder's other files stay.
 *
 * @param target - A folder (Node), which is created if necessary; `indexeddb://name`, `localstorage://name` or
 * `downloads://name` (browsers).
 * @throws ModelFilesError for weights that cannot be quantised; nothing is written.
 *
 * @example await saveModel(smaller, "smaller", { quantize: "uint8" });
 */
export async function saveModel(
  model: tfl.LayersModel,
  target: string,
  options: SaveModelOptions = {},
): Promise<void> {
  if (isBrowserStorage(target))
    return await writeBrowserStorage(target, await modelArtifacts(model, options));
  const present = await listFolder(target);
  const files = await modelFiles(model, options, freeGroup(present));
  const obsolete = present.includes("model.json") ? await weightFiles((await openOnDisk(target)).folder) : [];
  await writeFolder(
    target,
    files,
    obsolete.filter((name) => present.includes(name) && !files.has(name)),
  );
}

/** The weight files of the old model keep their names until the new model.json is there. */
function freeGroup(present: readonly string[]): number {
  for (let group = 1; ; group++) {
    if (!present.some((name) => name.startsWith(`group${group}-shard`))) return group;
  }
}

/** Those of the model in the folder, as far as their names are like those that this package writes. */
async function weightFiles(folder: ModelFolder): Promise<readonly string[]> {
  try {
    const text = new TextDecoder().decode(await folder.read("model.json", maximumJsonBytes));
    const paths = parseModelJson(text, "model.json").groups.flatMap((group) => group.paths);
    return paths.filter((path) => /^group\d+-shard\d+of\d+(\.bin)?$/.test(path));
  } catch {
    return []; // a damaged model.json is replaced; its weight files stay
  }
}
