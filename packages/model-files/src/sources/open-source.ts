/** Where a model is, by the form of its source. */
import { openOnDisk } from "#disk";
import { ModelFileError } from "../errors.ts";
import type { OpenedModel } from "../model-folder.ts";
import { openChosenFiles } from "./chosen-files.ts";
import { type Fetch, openOnServer } from "./server-folder.ts";

/**
 * A path or `file:` URL of a model.json, of its folder or of a Keras file (Node); an http(s) URL; chosen files
 * (browsers); or `indexeddb://name` and `localstorage://name`, where tfjs has saved a model.
 */
export type ModelSource = string | URL | File | Iterable<File>;

/** @throws ModelFileError for a source of another form. */
export async function openSource(source: ModelSource, fetch: Fetch): Promise<OpenedModel> {
  if (source instanceof Blob) return openChosenFiles([source]);
  if (typeof source === "string" || source instanceof URL) {
    const text = String(source);
    return /^https?:/i.test(text) ? openOnServer(text, fetch) : await openOnDisk(text);
  }
  if (typeof source === "object" && source !== null && Symbol.iterator in source)
    return openChosenFiles([...source]);
  throw new ModelFileError(`the source is ${String(source)}, expected a path, a URL, or files`);
}
