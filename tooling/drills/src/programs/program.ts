/** A program that a drill interrupts: its inputs, its command line, and the results that an interruption must not change. */
import type { NativeEngineName } from "@secateur/native-engine";

export interface DrilledProgram {
  /** Relative to the compiled workspace. */
  readonly file: string;
  /** Writes the inputs into an empty folder. @param workspace - The compiled workspace, which the program runs in. */
  prepare(inputs: string, workspace: string): Promise<void>;
  /** Puts an earlier result into `out`, which the program replaces. */
  placeEarlier?(inputs: string, out: string): void;
  /** @param out - The folder of the results. */
  start(inputs: string, out: string, engine: NativeEngineName): readonly string[];
  /** The arguments that continue an interrupted run; null for a program that starts again. */
  resume(out: string): readonly string[] | null;
  /** Whether `out` still holds a whole result, the earlier one or the new one. */
  isWhole?(out: string): boolean;
  /** What the program found, without times, dates and paths. */
  results(out: string): unknown;
}
