/** One run of a program that is interrupted, and its folders. */
import fs from "node:fs";
import path from "node:path";
import { compileWorkspace } from "@repo/testing/compile-workspace";
import type { NativeEngineName } from "@secateur/native-engine";
import { leftovers } from "./leftovers.ts";
import { type Ended, type Launch, runToEnd } from "./process-group.ts";
import type { DrilledProgram } from "./program.ts";
import { firstDifference } from "./results.ts";

/** Folders of a drill: the compiled workspace, inputs of the program, temporary files, and one folder for each run. */
export interface DrillFolders {
  readonly root: string;
  readonly workspace: string;
  readonly inputs: string;
  readonly temporary: string;
}

export async function prepareFolders(root: string, program: DrilledProgram): Promise<DrillFolders> {
  const [workspace = "", inputs = "", temporary = ""] = ["workspace", "inputs", "tmp"].map((name) =>
    path.join(root, name),
  );
  const folders = { root, workspace, inputs, temporary };
  for (const folder of Object.values(folders)) fs.mkdirSync(folder, { recursive: true });
  await compileWorkspace(workspace);
  await program.prepare(inputs, workspace);
  return folders;
}

export class InterruptedRun {
  readonly folder: string;
  readonly out: string;
  readonly #program: DrilledProgram;
  readonly #engine: NativeEngineName;
  readonly #folders: DrillFolders;

  constructor(program: DrilledProgram, engine: NativeEngineName, folders: DrillFolders, name: string) {
    this.#program = program;
    this.#engine = engine;
    this.#folders = folders;
    this.folder = path.join(folders.root, name);
    this.out = path.join(this.folder, "out");
    fs.mkdirSync(this.folder);
    program.placeEarlier?.(folders.inputs, this.out);
  }

  /** Starts the program, or continues what it has begun. */
  launch(): Launch {
    const { file, start, resume } = this.#program;
    const { workspace, inputs, temporary } = this.#folders;
    const args = (this.hasStarted() ? resume(this.out) : null) ?? start(inputs, this.out, this.#engine);
    return { file: path.join(workspace, file), args, environment: { TMPDIR: temporary } };
  }

  /** Whether the program has written its settings, from which it continues. */
  hasStarted(): boolean {
    return fs.existsSync(path.join(this.out, "config.json"));
  }

  /** Complete lines of the log; 0 where there is none. */
  logLength(): number {
    const file = path.join(this.out, "events.jsonl");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").length - 1 : 0;
  }

  /** Runs to the end without interruption. @throws Error where the program fails. */
  async finish(): Promise<unknown> {
    const { code, stderr }: Ended = await runToEnd(this.launch());
    if (code !== 0) throw new Error(`exit code ${code}: ${stderr.trim().slice(-500)}`);
    return this.results();
  }

  /** What the program found. */
  results(): unknown {
    return this.#program.results(this.out);
  }

  /** Finishes. @returns what differs from an uninterrupted run, or is left over, as a sentence; null if nothing. */
  async finishAndCompare(expected: unknown, tolerance: number): Promise<string | null> {
    try {
      const difference = firstDifference(await this.finish(), expected, tolerance);
      if (difference !== null) return difference;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const left = [...leftovers(this.folder), ...leftovers(this.#folders.temporary)];
    return left.length === 0 ? null : `left over: ${left.join(", ")}`;
  }

  /** Whether an earlier result that the program replaces is still there, or replaced by a whole one. */
  isWhole(): boolean {
    return this.#program.isWhole?.(this.out) ?? true;
  }

  /** Removes the run's folder. */
  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
