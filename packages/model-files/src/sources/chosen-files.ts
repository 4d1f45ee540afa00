/** Files that a user chose or dropped in a browser: a model.json with its weight files, or one Keras file. */
import { ModelFileError } from "../errors.ts";
import { type ModelFolder, type OpenedModel, tooLarge } from "../model-folder.ts";

/**
 * Weight files are found by the last part of their paths, as browsers give files without their folder.
 *
 * @throws ModelFileError if no file, or more than one, can be the model.
 */
export function openChosenFiles(files: readonly File[]): OpenedModel {
  const [first] = files;
  const keras = files.filter(({ name }) => /\.(keras|h5|hdf5)$/i.test(name));
  const json = files.filter(({ name }) => name.toLowerCase().endsWith(".json"));
  const named = json.find(({ name }) => name === "model.json");
  const candidates = named !== undefined ? [named] : [...keras, ...json];
  const [model = first] = candidates;
  if (model === undefined || candidates.length > 1)
    throw new ModelFileError(
      `${files.length} files were chosen, ${candidates.length} of which can be the model: choose one model.json and its ` +
        "weight files, or one Keras file",
    );
  return { folder: chosenFolder(files), name: model.name };
}

function chosenFolder(files: readonly File[]): ModelFolder {
  return {
    async read(path, maximumBytes) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const found = files.filter((file) => file.name === name);
      const [file] = found;
      if (file === undefined || found.length > 1)
        throw new ModelFileError(
          `"${name}" was chosen ${found.length} times: choose model.json and all of its weight files`,
        );
      if (file.size > maximumBytes) throw tooLarge(name, file.size, maximumBytes);
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}
