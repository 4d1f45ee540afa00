/**
 * A run's directory is its truth: `config.json` says what is run, `events.jsonl` what happened, checkpoints where it
 * stands. All but the log is written atomically, so a run killed at any moment can go on from here.
 */
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { flagName } from "../cli/flag-name.ts";
import type { Program } from "../cli/program.ts";
import { requireNeeded } from "../cli/require-needed.ts";
import { firstProblem } from "../cli/values.ts";
import { removeTemporaryFiles, writeFileAtomically } from "./atomic-file.ts";
import { lockDirectory, lockName } from "./directory-lock.ts";
import { EventLog } from "./event-log.ts";
import { explained, RunDirectoryError } from "./run-directory-error.ts";

const configName = "config.json";
const formatVersion = 1;

/** What the command line asks for. */
export interface RunCommand<Config> {
  /** Only what was given, as it goes into the configuration. */
  readonly given: Partial<Config>;
  /** `given` completed by the defaults, and checked. */
  readonly config: Config;
  /** Absolute path of the run's directory; null is a new one. */
  readonly out: string | null;
  readonly resume: boolean;
}

export interface RunDirectory<Config> {
  /** Absolute. */
  readonly path: string;
  /** The settings to run with: those of `config.json` where the run goes on. */
  readonly config: Config;
  /** True where the directory already held this run. */
  readonly resumed: boolean;
  readonly log: EventLog;
  /** Replaces a file, all or nothing. */
  write(name: string, content: string | Uint8Array): void;
  /** A file's bytes, or null where there is none. */
  read(name: string): Uint8Array | null;
  /** Removes a file that is no longer needed, where there is one. */
  remove(name: string): void;
  close(): void;
  /** Closes, and takes away a run that never got to log anything: a mistake leaves nothing behind. */
  discard(): void;
}

/**
 * Begins a run in a new or empty directory, or goes on with the one in it where `--resume` was given. An interrupted
 * beginning counts as empty.
 */
export function openRunDirectory<Config extends { readonly model: string }>(
  command: RunCommand<Config>,
  program: Pick<Program<Config>, "name" | "schema" | "needed">,
  now: Date = new Date(),
): RunDirectory<Config> {
  const directory = command.out ?? newDirectory(`${program.name}-${command.config.model}`, now);
  if (!fs.existsSync(path.join(directory, configName))) requireNeeded(command.config, program.needed ?? []);
  explained(`create ${directory}`, () => fs.mkdirSync(directory, { recursive: true }));
  const unlock = lockDirectory(directory);
  try {
    removeTemporaryFiles(directory);
    const stored = readConfig(directory, program.schema);
    checkContent(directory, stored, command);
    if (stored === null) writeConfig(directory, command.config);
    const log = new EventLog(path.join(directory, "events.jsonl"));
    return {
      ...files(directory),
      config: stored ?? command.config,
      resumed: stored !== null,
      log,
      close,
      discard,
    };
    function close(): void {
      log.close();
      unlock();
    }
    function discard(): void {
      const isNew = stored === null && log.events.length === 0;
      close();
      if (isNew) removeRun(directory);
    }
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The files of a run that has just begun, and the directory where that leaves it empty. */
function removeRun(directory: string): void {
  for (const name of [configName, "events.jsonl"]) fs.rmSync(path.join(directory, name), { force: true });
  if (fs.readdirSync(directory).length === 0) fs.rmdirSync(directory);
}

function files(directory: string): Pick<RunDirectory<unknown>, "path" | "write" | "read" | "remove"> {
  const at = (name: string): string => path.join(directory, name);
  return {
    path: directory,
    write: (name, content) => explained(`write ${at(name)}`, () => writeFileAtomically(at(name), content)),
    read: (name) =>
      fs.existsSync(at(name)) ? explained(`read ${at(name)}`, () => fs.readFileSync(at(name))) : null,
    remove: (name) => fs.rmSync(at(name), { force: true }),
  };
}

function writeConfig(directory: string, config: object): void {
  const file = path.join(directory, configName);
  const text = `${JSON.stringify({ formatVersion, ...config }, null, 2)}\n`;
  explained(`write ${file}`, () => writeFileAtomically(file, text));
}

function checkContent<Config extends object>(
  directory: string,
  stored: Config | null,
  { given, resume }: RunCommand<Config>,
): void {
  if (stored === null) {
    if (fs.readdirSync(directory).every((name) => name === lockName)) return;
    throw new RunDirectoryError(`${directory} is not empty and holds no run. Choose another --out.`);
  }
  if (!resume) {
    throw new RunDirectoryError(
      `${directory} holds a run already. Go on with it by --resume, or choose another --out.`,
    );
  }
  const differing = Object.entries(given).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(stored[key as keyof Config]),
  );
  if (differing.length === 0) return;
  const list = differing.map(([key, value]) => {
    const before = JSON.stringify(stored[key as keyof Config]);
    return `--${flagName(key)} (${JSON.stringify(value)} now, ${before} before)`;
  });
  throw new RunDirectoryError(
    `The run in ${directory} was begun with other settings: ${list.join(", ")}. Leave them out, or choose another --out.`,
  );
}

/** The settings in `config.json`, checked like a command line; null where there is none. */
function readConfig<Config>(directory: string, schema: z.ZodType<Config>): Config | null {
  const file = path.join(directory, configName);
  if (!fs.existsSync(file)) return null;
  const text = explained(`read ${file}`, () => fs.readFileSync(file, "utf8"));
  const { formatVersion: version, ...settings } = envelope.catch({}).parse(parseJson(text));
  if (version !== formatVersion) {
    throw new RunDirectoryError(
      `${file} is not a run's configuration of format ${formatVersion}. Choose another --out.`,
    );
  }
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const { key, problem } = firstProblem(parsed.error);
  throw new RunDirectoryError(`${file}: "${key}" ${problem}. Put it right, or choose another --out.`);
}

const envelope = z.record(z.string(), z.unknown());

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `runs/cifar10-lenet3-20240131-142500`, with a number where that is taken. */
function newDirectory(name: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const base = path.resolve("runs", `${name}-${stamp}`);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? base : `${base}-${n}`;
    if (!fs.existsSync(candidate)) return candidate;
  }
}
