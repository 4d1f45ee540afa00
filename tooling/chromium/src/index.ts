/** @packageDocumentation Builds a page, opens it in headless Chromium and returns what it computes. For tests. */
export { type BuildOptions, buildPage } from "./build-page.ts";
export { findChromium } from "./find-chromium.ts";
export { type RunOptions, runInChromium } from "./run-in-chromium.ts";
