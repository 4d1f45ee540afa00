/** Prints a warning with `console.warn`. Names in it come from files: escape sequences are removed, a long text is cut. */
import { printable } from "./printable.ts";

export function printWarning(message: string): void {
  console.warn(printable(message, 2000));
}
