/** Checks on options that enter from JavaScript: their fields, numbers and functions. */
import { PrunerError } from "./errors.ts";

/** The fields of `T`; the compiler finds a missing one. */
export type Fields<T> = Readonly<Record<keyof Required<T>, true>>;

/** Throws `PrunerError` unless `value` is an object all of whose fields are among `fields`: a misspelled one would be ignored. */
export function checkFields(name: string, value: object, fields: Readonly<Record<string, true>>): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new PrunerError(
      `${name} must be an object with ${Object.keys(fields).join(", ")}, not ${shown(value)}`,
    );
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (unknown === undefined) return;
  throw new PrunerError(`${name} has no field "${unknown}": expected ${Object.keys(fields).join(", ")}`);
}

/** Throws `PrunerError` unless `value` is a whole number of at least 1. */
export function requireCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new PrunerError(`${name} must be a whole number of at least 1, not ${shown(value)}`);
}

/** Throws `PrunerError` unless `value` is a function or undefined. */
export function requireFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function")
    throw new PrunerError(`${name} must be a function, not ${shown(value)}`);
}

/** Throws `PrunerError` unless `value` is one of the choices. */
export function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  const list = choices.map((choice) => `"${choice}"`).join(" or ");
  throw new PrunerError(`${name} must be ${list}, not ${shown(value)}`);
}

/** A value for a message. */
export function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  return typeof value === "number" ? String(value) : String(JSON.stringify(value)?.slice(0, 60));
}
