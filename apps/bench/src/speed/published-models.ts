/** Networks that others have published on the npm registry, with the weights that they ship; none, with a warning, offline. */
import { npmPackage, nsfwFiles } from "@repo/testing/npm-package";
import { loadModel } from "@secateur/model-files";
import type { GraphModel } from "./graph-and-surgery.ts";

const networks = ["inception_v3", "mobilenet_v2"] as const;

export async function publishedModels(): Promise<readonly GraphModel[]> {
  const folder = await npmPackage("nsfwjs@4.3.0");
  if (folder === undefined) return [];
  return networks.map((name) => ({
    name: `nsfwjs ${name}`,
    open: async () => loadModel(await nsfwFiles(folder, name)),
  }));
}
