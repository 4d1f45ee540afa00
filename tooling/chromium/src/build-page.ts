/** Bundles a module, and all that it imports, for the browser. */
import fs from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { build, defaultClientConditions } from "vite";

export interface BuildOptions {
  /** Default false. */
  readonly minify?: boolean;
}

/**
 * @param entry - The path of a TypeScript module; it ends in `report(…)` of `@repo/chromium/page`.
 * @returns A folder that the caller removes, with `index.html`, the bundle, and tfjs's wasm binaries in `wasm/`.
 */
export async function buildPage(entry: string, { minify = false }: BuildOptions = {}): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "secateur-page-"));
  await build({
    root: path.dirname(entry),
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@secateur/source", ...defaultClientConditions] },
    build: {
      outDir: folder,
      minify,
      modulePreload: false,
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      rollupOptions: { input: entry, output: { entryFileNames: "page.js" } },
    },
  });
  const html = '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>';
  await fs.writeFile(path.join(folder, "index.html"), html);
  await copyBinaries(path.join(folder, "wasm"));
  return folder;
}

async function copyBinaries(folder: string): Promise<void> {
  const source = path.dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
  await fs.mkdir(folder);
  const files = (await fs.readdir(source)).filter((name) => name.endsWith(".wasm"));
  for (const name of files) await fs.copyFile(path.join(source, name), path.join(folder, name));
}
