/** Models that tfjs keeps in a browser: `indexeddb://name`, `localstorage://name`; or saves as downloads. */
import * as tf from "@tensorflow/tfjs-core";
import { ModelFileError } from "../errors.ts";

export function isBrowserStorage(target: unknown): target is string {
  return typeof target === "string" && /^(indexeddb|localstorage|downloads):\/\//.test(target);
}

/** @throws ModelFileError where there is no such storage, or no such model in it. */
export async function readBrowserStorage(source: string): Promise<tf.io.ModelArtifacts> {
  const [handler] = tf.io.getLoadHandlers(source);
  if (handler?.load === undefined) throw noStorage(source);
  return await handler.load().catch((cause) => {
    throw new ModelFileError(`${source} cannot be read: ${String(cause)}`, { cause });
  });
}

export async function writeBrowserStorage(target: string, artifacts: tf.io.ModelArtifacts): Promise<void> {
  const [handler] = tf.io.getSaveHandlers(target);
  if (handler?.save === undefined) throw noStorage(target);
  await handler.save(artifacts);
}

function noStorage(url: string): ModelFileError {
  return new ModelFileError(`${url} is a place in a browser, and this is none: use a folder`);
}
