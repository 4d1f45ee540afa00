/**
 * Bundles a module for the browser with Vite. Packages are read from their `dist`, as a user's bundler reads them; tfjs
 * stays outside. Anything that would not work in a browser is refused.
 */
import { isAbsolute, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, createLogger, type Logger, type Plugin } from "vite";
import { globalsOfNode } from "./globals-of-node.ts";

export interface BundleSize {
  /** Minified, all chunks. */
  readonly bytes: number;
  /** The same, each chunk compressed by gzip. */
  readonly gzipBytes: number;
}

/** A bundle with warnings, `node:` imports or globals that only Node has. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

/**
 * @param source - The text of the entry module.
 * @throws BundleError with one line for each problem.
 *
 * @example const { gzipBytes } = await bundle('export * from "@secateur/surgery"');
 */
export async function bundle(source: string): Promise<BundleSize> {
  const problems = new Set<string>();
  const report = (problem: string): void => void problems.add(problem);
  const result = await build({
    root: import.meta.dirname,
    configFile: false,
    customLogger: reporting(report),
    plugins: [entryModule(source), onlyBrowser(report)],
    build: {
      write: false,
      modulePreload: false,
      rollupOptions: {
        input: entryId,
        external: /^@tensorflow\//,
        preserveEntrySignatures: "strict",
        onwarn: ({ message }) => report(message),
        checks: { pluginTimings: false }, // a warning about this machine, not about the bundle
      },
    },
  });
  if (problems.size > 0) throw new BundleError([...problems].join("\n"));
  const chunks = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  const codes = chunks.map((chunk) => (chunk.type === "chunk" ? chunk.code : chunk.source));
  const sum = (sizeOf: (code: string | Uint8Array) => number): number =>
    codes.reduce((total, code) => total + sizeOf(code), 0);
  return { bytes: sum((code) => Buffer.byteLength(code)), gzipBytes: sum((code) => gzipSync(code).length) };
}

const entryId = "virtual:entry";
const entryFile: string = join(import.meta.dirname, "entry.js");

/** The entry module, which is no file, but resolves imports as if it were one in this folder. */
function entryModule(source: string): Plugin {
  return {
    name: "entry-module",
    resolveId: (id) => (id === entryId ? entryFile : null),
    load: (id) => (id === entryFile ? source : null),
  };
}

/** Reports imports of Node's own modules, and modules that use a global of Node's without asking whether it is there. */
function onlyBrowser(report: (problem: string) => void): Plugin {
  return {
    name: "only-browser",
    enforce: "pre",
    resolveId(id, importer) {
      if (!id.startsWith("node:")) return null;
      report(`${importer} imports ${id}`);
      return { id, external: true };
    },
    // Before Vite puts constants in the place of some globals.
    transform(code, id) {
      if (!isAbsolute(id)) return; // of the bundler itself, which drops what is not used
      for (const name of globalsOfNode(this.parse(code)))
        report(`${id} uses the global "${name}", which browsers lack`);
    },
  };
}

/** Vite's own logger, silent: its warnings are reported, its errors are thrown anyway. */
function reporting(report: (problem: string) => void): Logger {
  const logger = createLogger("silent");
  return { ...logger, warn: report, warnOnce: report };
}
