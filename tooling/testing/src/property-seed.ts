/**
 * The seed of the property tests (fast-check). Every run draws a new one; a property that fails prints its seed and path.
 * SECATEUR_PROPERTY_SEED=<seed> repeats a run, SECATEUR_PROPERTY_SEED=<seed>/<path> starts at the case that failed.
 */
import fc from "fast-check";

/** Applies to every `fc.assert` that does not choose a seed itself. Throws where the text is not a seed. */
export function seedProperties(text: string | undefined): void {
  if (text === undefined || text === "") return;
  const [seed = Number.NaN, path] = [Number(text.split("/")[0]), text.split("/")[1]];
  if (!Number.isInteger(seed) || (path !== undefined && !/^\d+(:\d+)*$/.test(path)))
    throw new TypeError(`SECATEUR_PROPERTY_SEED is ${text}; expected <seed> or <seed>/<path>`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed, ...(path === undefined ? {} : { path }) });
}
