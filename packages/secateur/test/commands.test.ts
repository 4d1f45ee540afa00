import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../src/commands/index.ts";
import { type Project, type Ran, tinyProject } from "./tiny-project.ts";

let project: Project;
beforeAll(async () => {
  project = await tinyProject();
  const flags = ["--images", project.path("images"), "--macs", "0.3", "--out", project.path("smaller")];
  expect((await project.run("prune", project.path("model"), ...flags)).stderr).toContain("Repairing: done");
});
afterAll(() => fs.rmSync(project.folder, { recursive: true, force: true }));

/** The program as a process. @param stopAt - Sends SIGINT once the output contains it. */
function spawned(words: readonly string[], stopAt?: string): Promise<Ran> {
  const main = path.join(import.meta.dirname, "../src/main.ts");
  const flags = ["--import", "tsx", "--conditions=@secateur/source"];
  const child = spawn(process.execPath, [...flags, main, ...words], {
    cwd: path.join(import.meta.dirname, ".."),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  let isStopped = false;
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (text) => {
      texts[name] += String(text);
      if (isStopped || stopAt === undefined || !texts[name].includes(stopAt)) return;
      isStopped = child.kill("SIGINT");
    });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code: code ?? -1, ...texts })));
}

describe("secateur graph", () => {
  it("prints groups and what is pinned, as text, JSON and Mermaid", async () => {
    const text = await project.run("graph", project.path("model"));
    expect(text.stdout).toContain("conv1: 12 units in conv1, bn1 -> conv2");
    const { stdout } = await project.run("graph", project.path("model"), "--json");
    expect(JSON.parse(stdout).groups[0]).toEqual({
      id: "conv1",
      units: 12,
      producers: ["conv1"],
      carriers: ["bn1"],
      consumers: ["conv2"],
    });
    const mermaid = await project.run("graph", project.path("model"), "--mermaid");
    expect(mermaid.stdout).toMatch(/^flowchart/);
  });

  it("writes a page with every layer and no other resources", async () => {
    const file = project.path("graph.html");
    await project.run("graph", project.path("model"), "--html", file);
    const page = fs.readFileSync(file, "utf8");
    for (const layer of ["conv1", "bn1", "relu1", "conv2", "pool", "classes"])
      expect(page).toContain(`data-name="${layer}"`);
    expect(page).not.toMatch(/<(link|img)|src=|https?:/);
  });

  it("creates no folder for the page, and replaces none", async () => {
    const missing = await project.run(
      "graph",
      project.path("model"),
      "--html",
      project.path("no", "graph.html"),
    );
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("--html: there is no folder") });
    expect(fs.existsSync(project.path("no"))).toBe(false);
    const folder = await project.run("graph", project.path("model"), "--html", project.path("images"));
    expect(folder).toMatchObject({ code: 1, stderr: expect.stringContaining("images is a folder") });
  });

  it("names every pinned layer once, with all its reasons", async () => {
    const { stdout } = await project.run("graph", project.path("model"), "--json");
    const { pinned } = JSON.parse(stdout);
    expect(pinned.map(({ layer, reason }: Record<string, unknown>) => [layer, reason])).toEqual([
      ["classes", "softmax mixes the channels; model output"],
      ["conv1_input", "model input"],
    ]);
  });
});

it("secateur inspect counts every layer", async () => {
  const { stdout } = await project.run("inspect", project.path("model"), "--json");
  const { layers, macs, parameters } = JSON.parse(stdout);
  const conv2 = layers.find(({ layer }: { layer: string }) => layer === "conv2");
  expect(conv2).toMatchObject({
    shape: [8, 8, 16],
    parameters: 3 * 3 * 12 * 16 + 16,
    macs: 64 * 9 * 12 * 16,
    prunableUnits: 16,
  });
  expect(macs).toBe(100 * 9 * 3 * 12 + 64 * 9 * 12 * 16 + 16 * 3);
  expect(parameters.total).toBe(27 * 12 + 12 + 4 * 12 + 108 * 16 + 16 + 16 * 3 + 3);
  const text = await project.run("inspect", project.path("model"));
  expect(text.stdout).toContain("28 prunable units in 2 groups");
});

it("apply cuts what prune has cut, and verify accepts both", async () => {
  const plan = project.path("smaller", "plan.json");
  const [model, cut] = [project.path("model"), project.path("cut")];
  const applied = await project.run("apply", model, plan, "--out", cut);
  expect(applied.stdout).toContain("Wrote model.json and plan.json");
  const repaired = await project.run("verify", model, project.path("smaller"), plan);
  expect(repaired.stdout).toMatch(/proved.*\n.*weights were changed afterwards/);
  const plain = await project.run("verify", model, cut, plan);
  expect(plain.stdout).toContain("has the weights of the original");
  const wrong = await project.run("verify", model, model, plan);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("is not the network that") });
  expect(wrong.stdout).toBe("");
  const noPlanFile = path.join(model, "model.json");
  const notPlan = await project.run("verify", model, cut, noPlanFile);
  expect(notPlan).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${noPlanFile} is not a plan: `),
  });
  const noPlan = await project.run("apply", model, project.path("none.json"), "--out", project.path("no"));
  expect(noPlan).toMatchObject({ code: 1, stderr: expect.stringContaining("There is no file") });
});

it.each(Object.keys(commands))("%s explains every flag", async (name) => {
  const { code, stdout } = await project.run(name, "--help");
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: npx secateur ${name}`);
  expect(stdout).toContain("Exit codes: 0 success");
  expect(stdout).not.toMatch(/webgl|webgpu/); // Node has neither
});

it("names the argument that is missing", async () => {
  const { code, stderr } = await project.run("inspect");
  expect(stderr).toContain("MODEL is missing: the path of a model.json, or of its folder. See --help.");
  expect(code).toBe(2);
});

describe("the program", () => {
  it("ends with 2 and a suggestion for an unknown command", async () => {
    const { code, stderr } = await spawned(["prun"]);
    expect(stderr).toBe('"prun" is not a command. Did you mean "prune"? See npx secateur --help.\n');
    expect(code).toBe(2);
  });

  it("leaves nothing after Ctrl-C", async () => {
    const before = fs.readdirSync(project.folder);
    const flags = ["--images", project.path("images"), "--macs", "0.3", "--out", project.path("stopped")];
    const { code, stderr } = await spawned(["prune", project.path("model"), ...flags], "Scoring: done");
    expect(stderr).toContain("Stopped. Nothing was written.");
    expect(code).toBe(130);
    expect(fs.readdirSync(project.folder)).toEqual(before);
  });
});
