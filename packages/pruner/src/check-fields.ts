/** Refuses options whose names are not known: a misspelled one would be ignored. */
import { PrunerError } from "./errors.ts";

/** The fields of `T`; the compiler finds a missing one. */
export type Fields<T> = Readonly<Record<keyof Required<T>, true>>;

/** Throws `PrunerError` for a field of `value` that is not among `fields`. */
export function checkFields(name: string, value: object, fields: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (unknown === undefined) return;
  throw new PrunerError(`${name} has no field "${unknown}": expected ${Object.keys(fields).join(", ")}`);
}
