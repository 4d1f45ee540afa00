/** Which writes of a process fail, also as an environment variable. */

export interface WriteFault {
  /** Writes below this folder are counted. */
  readonly folder: string;
  /** The number of writes before the first that fails. */
  readonly from: number;
  /** Every later write fails for lack of space, or the program is killed. */
  readonly kind: "ENOSPC" | "SIGKILL";
  /** The number of writes is appended to this file when the program ends. */
  readonly countFile: string;
}

const variable = "SECATEUR_DRILL_WRITE_FAULT";

export function writeFaultVariables(fault: WriteFault): Readonly<Record<string, string>> {
  // JSON has no Infinity.
  return { [variable]: JSON.stringify({ ...fault, from: Math.min(fault.from, Number.MAX_SAFE_INTEGER) }) };
}

export function writeFaultOf(environment: Readonly<Record<string, string | undefined>>): WriteFault | null {
  return JSON.parse(environment[variable] ?? "null");
}
