/** For modules that run in Chromium under `runInChromium`: sends back what they compute. Numbers that are not finite arrive as null. */

/**
 * Runs `main` and reports what it returns, or its error. Call it once, at the end of the module.
 *
 * @example report(async () => ({ sum: 1 + 1 }));
 */
export async function report(main: (parameters: URLSearchParams) => Promise<unknown>): Promise<void> {
  const outcome = await main(new URLSearchParams(location.search)).then(
    (result) => ({ result }),
    (error: unknown) => ({
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    }),
  );
  await fetch("/outcome", { method: "POST", body: JSON.stringify(outcome) });
}
