/**
 * Node's options that a child process needs to load the same modules as its parent: loaders and conditions. Others must
 * not be passed on: `--eval` runs the parent's program in the child, `--input-type` refuses a file, and `--inspect` uses
 * the parent's port.
 */

/** Each takes a value, in the next argument or behind an equals sign. */
const loading: ReadonlySet<string> = new Set([
  "-r",
  "--require",
  "--import",
  "--loader",
  "--experimental-loader",
  "-C",
  "--conditions",
]);

/** Without a value. */
const loadingFlags: ReadonlySet<string> = new Set([
  "--experimental-strip-types",
  "--experimental-transform-types",
  "--preserve-symlinks",
]);

/**
 * @param execArgv - As in `process.execArgv`.
 * @returns Those that decide how modules are found and loaded, in the same order.
 */
export function loaderOptions(execArgv: readonly string[]): readonly string[] {
  return execArgv.flatMap((option, i) => {
    const [name = "", value] = option.split(/=(.*)/s);
    if (loadingFlags.has(name)) return [option];
    if (!loading.has(name)) return [];
    if (value !== undefined) return [option];
    const next = execArgv[i + 1];
    return next === undefined ? [] : [option, next];
  });
}
