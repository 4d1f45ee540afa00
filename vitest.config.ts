import { defineConfig } from "vitest/config";

/** One process, modules shared between files: importing tfjs once instead of once a file is a quarter of the time. */
export default defineConfig({
  resolve: { conditions: ["@secateur/source", "node"] },
  ssr: {
    resolve: { conditions: ["@secateur/source", "node"], externalConditions: ["@secateur/source", "node"] },
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "tooling/*/test/**/*.test.ts"],
    setupFiles: ["tooling/testing/src/setup.ts"],
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"],
      reporter: ["json-summary"],
      thresholds: { lines: 75 },
    },
  },
});
