/** What can be wrong with a pickle. Both errors say what was met and, where it helps, at which byte. */

/** The pickle names a class or function that the caller's allow-list does not hold; nothing of it was run. */
export class ForbiddenGlobalError extends Error {
  override readonly name = "ForbiddenGlobalError";
  /** What the pickle asked for, as `module.name`. */
  readonly global: string;
  /** Byte offset of the instruction that asked for it. */
  readonly offset: number;

  constructor(global: string, offset: number) {
    super(
      `the pickle asks for "${printable(global)}" (byte ${offset}), which is not on the list of allowed globals; it was refused and nothing was run`,
    );
    this.global = global;
    this.offset = offset;
  }
}

/** The bytes are not a pickle, end too soon, or ask for something no pickle of data needs. */
export class MalformedPickleError extends Error {
  override readonly name = "MalformedPickleError";
  /** Byte offset of the instruction that failed, counted from the start of the bytes given. */
  readonly offset: number;

  constructor(problem: string, offset: number, options?: ErrorOptions) {
    super(`malformed pickle at byte ${offset}: ${problem}`, options);
    this.offset = offset;
  }
}

/** Names come from the file: keep control characters and endless names off the terminal. */
function printable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, "?");
  return clean.length > 200 ? `${clean.slice(0, 200)}…` : clean;
}
