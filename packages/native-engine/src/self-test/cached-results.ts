/** The results of self-tests, cached: an engine runs one self-test on each machine. An unreadable file counts as empty. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "@secateur/base/node";
import type { Workaround } from "./run-self-test.ts";

export interface CachedResult {
  /** Null when it passed. */
  readonly problem: string | null;
  readonly workaround: Workaround;
}

export function readCachedResult(addon: string): CachedResult | undefined {
  return readAll()[keyOf(addon)];
}

export function cacheResult(addon: string, result: CachedResult): void {
  try {
    const target = file();
    mkdirSync(dirname(target), { recursive: true });
    const temporary = `${target}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify({ ...readAll(), [keyOf(addon)]: result }, null, 2)}\n`);
    renameSync(temporary, target);
  } catch {
    // Not cached: the next program runs the self-test again.
  }
}

const file = (): string => join(cacheFolder(), "engine-self-tests.json");

/** Changes with the addon's build, Node's version, the processor and the choice of GPUs. */
function keyOf(addon: string): string {
  const { size, mtimeMs } = statSync(addon);
  const gpus = process.env["CUDA_VISIBLE_DEVICES"];
  return [addon, size, Math.round(mtimeMs), process.version, cpus()[0]?.model.trim(), gpus].join("|");
}

/** The variables that a self-test can set; others in the file are refused. */
const knownSettings: ReadonlySet<string> = new Set(["TF_ENABLE_ONEDNN_OPTS"]);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isCachedResult = (value: unknown): value is CachedResult =>
  isRecord(value) &&
  (value["problem"] === null || typeof value["problem"] === "string") &&
  isRecord(value["workaround"]) &&
  Object.entries(value["workaround"]).every(
    ([name, setting]) => knownSettings.has(name) && typeof setting === "string",
  );

function readAll(): Record<string, CachedResult> {
  try {
    const content: unknown = JSON.parse(readFileSync(file(), "utf8"));
    if (!isRecord(content)) return {};
    return Object.fromEntries(
      Object.entries(content).filter((entry): entry is [string, CachedResult] => isCachedResult(entry[1])),
    );
  } catch {
    return {};
  }
}
