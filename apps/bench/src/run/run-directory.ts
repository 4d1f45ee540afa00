/**
 * A run's directory holds its whole state: `config.json` the settings, `events.jsonl` the events, and checkpoints. All
 * files but the log are replaced atomically, so a run continues from here after a kill at any moment.
 */
import fs from "node:fs";
import path from "node:path";
import { firstProblem, flagName, UsageError } from "@secateur/command-line";
import { z } from "zod";
import type { RunCommand } from "../cli/parse-arguments.ts";
import type { BenchProgram } from "../cli/program.ts";
import { removeTemporaryFiles, writeFileAtomically } from "./atomic-file.ts";
import { isLock, lockDirectory } from "./directory-lock.ts";
import { EventLog, type RunEvent } from "./event-log.ts";
import { explained, RunDirectoryError } from "./run-directory-error.ts";

const configName = "config.json";
const logName = "events.jsonl";
const formatVersion = 1;

interface RunFiles {
  /** Absolute. */
  readonly path: string;
  /** Replaces a file, all or nothing. */
  write(name: string, content: string | Uint8Array): void;
  /** A file's bytes, or null where there is none. */
  read(name: string): Uint8Array | null;
  /** Removes a file, where there is one. */
  remove(name: string): void;
}

export interface RunDirectory<Config, Event extends RunEvent> extends RunFiles {
  /** The settings of `config.json` where the run continues, else those of the command line. */
  readonly config: Config;
  /** Whether the directory held this run before. */
  readonly resumed: boolean;
  readonly log: EventLog<Event>;
  close(): void;
  /** Closes, and removes a new run that has not logged anything: a mistake leaves no files. */
  discard(): void;
}

/** Starts a run in a new or empty directory, or continues the one in it for `--resume`. */
export function openRunDirectory<Config extends { readonly model: string | null }, Event extends RunEvent>(
  command: RunCommand<Config>,
  program: Pick<BenchProgram<Config>, "name" | "schema" | "needed">,
  events: z.ZodType<Event>,
  now: Date = new Date(),
): RunDirectory<Config, Event> {
  const directory = command.out ?? newDirectory(`${program.name}-${command.config.model ?? "network"}`, now);
  const retry = fs.existsSync(path.join(directory, configName)) ? "continue with --resume" : "start again";
  if (retry === "start again") requireStart(directory, command, program);
  explained(`create ${directory}`, () => fs.mkdirSync(directory, { recursive: true }), retry);
  const unlock = lockDirectory(directory, retry);
  try {
    removeTemporaryFiles(directory);
    const stored = readConfig(directory, program.schema);
    checkContent(directory, stored, command);
    if (stored === null) writeConfig(directory, command.config);
    const log = new EventLog(path.join(directory, logName), events);
    const close = (): void => {
      log.close();
      unlock();
    };
    const discard = (): void => {
      const isNew = stored === null && log.events.length === 0;
      close();
      if (isNew) removeRun(directory);
    };
    return {
      ...filesOf(directory),
      config: stored ?? command.config,
      resumed: stored !== null,
      log,
      close,
      discard,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Refuses to resume what does not exist, and to start without the settings that have no default. */
function requireStart<Config>(
  directory: string,
  { resume, config }: RunCommand<Config>,
  { needed = [] }: Pick<BenchProgram<Config>, "needed">,
): void {
  if (resume) throw new UsageError(`--resume: ${directory} holds no run. Leave --resume out to start one.`);
  for (const { setting, advice } of needed) {
    const missing = config[setting] === null ? advice(config) : null;
    if (missing !== null) throw new UsageError(`--${flagName(setting)} is missing: ${missing}.`);
  }
}

/** The files of a run that has just started, and the directory where that leaves it empty. */
function removeRun(directory: string): void {
  for (const name of [configName, logName]) fs.rmSync(path.join(directory, name), { force: true });
  if (fs.readdirSync(directory).length === 0) fs.rmdirSync(directory);
}

function filesOf(directory: string): RunFiles {
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
  explained(`write ${file}`, () => writeFileAtomically(file, text), "start again");
}

function checkContent<Config extends object>(
  directory: string,
  stored: Config | null,
  { given, resume }: RunCommand<Config>,
): void {
  if (stored === null) {
    if (fs.readdirSync(directory).every(isLock)) return;
    throw new RunDirectoryError(`${directory} is not empty and holds no run. Choose another --out.`);
  }
  if (!resume) {
    throw new RunDirectoryError(
      `${directory} already holds a run. Continue it with --resume, or choose another --out.`,
    );
  }
  const before = new Map(Object.entries(stored));
  const changes = Object.entries(given)
    .map(([key, value]) => [key, JSON.stringify(value), JSON.stringify(before.get(key))] as const)
    .filter(([, now, then]) => now !== then)
    .map(([key, now, then]) => `--${flagName(key)} (${now} now, ${then} before)`);
  if (changes.length === 0) return;
  throw new RunDirectoryError(
    `The run in ${directory} has other settings: ${changes.join(", ")}. Leave these flags out, or choose another --out.`,
  );
}

/** The settings in `config.json`, validated like a command line; null where there is none. */
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
  throw new RunDirectoryError(`${file}: "${key}" ${problem}. Correct it, or choose another --out.`);
}

const envelope = z.record(z.string(), z.unknown());

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `runs/cifar10-lenet3-20240131-142500`, with a number where that exists. */
function newDirectory(name: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const base = path.resolve("runs", `${name}-${stamp}`);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? base : `${base}-${n}`;
    if (!fs.existsSync(candidate)) return candidate;
  }
}
