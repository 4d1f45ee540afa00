// Remembers how an engine's trial ended, so that a machine pays for it once. A file that cannot be read or written is
// as good as none.

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "@secateur/base/node";
import type { Workaround } from "./trial.ts";

export interface Verdict {
  /** Null when it passed. */
  readonly problem: string | null;
  readonly workaround: Workaround;
}

const file = (): string => join(cacheFolder(), "engine-verdicts.json");

/** Another build of the addon, another Node or another processor is another case. */
const keyOf = (addon: string): string => {
  const { size, mtimeMs } = statSync(addon);
  return [addon, size, Math.round(mtimeMs), process.version, cpus()[0]?.model.trim()].join("|");
};

/** Settings that a trial can find; others are not taken from a file. */
const knownSettings: ReadonlySet<string> = new Set(["TF_ENABLE_ONEDNN_OPTS"]);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isVerdict = (value: unknown): value is Verdict =>
  isRecord(value) &&
  (value["problem"] === null || typeof value["problem"] === "string") &&
  isRecord(value["workaround"]) &&
  Object.entries(value["workaround"]).every(
    ([name, setting]) => knownSettings.has(name) && typeof setting === "string",
  );

const readAll = (): Record<string, Verdict> => {
  try {
    const content: unknown = JSON.parse(readFileSync(file(), "utf8"));
    if (!isRecord(content)) return {};
    return Object.fromEntries(
      Object.entries(content).filter((entry): entry is [string, Verdict] => isVerdict(entry[1])),
    );
  } catch {
    return {};
  }
};

export const recallVerdict = (addon: string): Verdict | undefined => readAll()[keyOf(addon)];

export const rememberVerdict = (addon: string, verdict: Verdict): void => {
  try {
    const target = file();
    mkdirSync(dirname(target), { recursive: true });
    const temporary = `${target}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify({ ...readAll(), [keyOf(addon)]: verdict }, null, 2)}\n`);
    renameSync(temporary, target);
  } catch {
    // The next program tries the engine again.
  }
};
