/** A model on a server: model.json and the files beside it, read by `fetch`. */
import { ModelFileError } from "../errors.ts";
import { joinBytes } from "../join-bytes.ts";
import { type ModelFolder, type OpenedModel, tooLarge } from "../model-folder.ts";

export type Fetch = typeof globalThis.fetch;

/** @param source - An http(s) URL; one that ends in `/` stands for the model.json there. A query is kept for all files. */
export function openOnServer(source: string, fetch: Fetch): OpenedModel {
  const url = new URL(source);
  const name = url.pathname.slice(url.pathname.lastIndexOf("/") + 1) || "model.json";
  return { folder: serverFolder(url, fetch), name: decodeURIComponent(name) };
}

function serverFolder(model: URL, fetch: Fetch): ModelFolder {
  return {
    async read(path, maximumBytes) {
      const url = new URL(path.split("/").map(encodeURIComponent).join("/"), model);
      url.search = model.search;
      const response = await fetch(url.href).catch((cause) => {
        throw new ModelFileError(`${url.href} cannot be downloaded: ${String(cause)}`, { cause });
      });
      if (!response.ok)
        throw new ModelFileError(`${url.href} cannot be downloaded: the server answers ${response.status}`);
      return await readBody(response, url.href, maximumBytes);
    },
  };
}

/** Stops a download that is longer than it may be. */
async function readBody(response: Response, url: string, maximumBytes: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > maximumBytes) {
      await reader.cancel();
      throw tooLarge(url, "more", maximumBytes);
    }
    chunks.push(value);
  }
  return joinBytes(chunks);
}
