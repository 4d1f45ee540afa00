import fs from "node:fs";
import { loadModel, saveModel } from "@secateur/model-files";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PruneSummary } from "../src/prune/result.ts";
import { type Project, type Ran, tinyProject } from "./tiny-project.ts";

let project: Project;
beforeAll(async () => {
  project = await tinyProject();
});
afterAll(() => fs.rmSync(project.folder, { recursive: true, force: true }));

const prune = (...flags: readonly string[]): Promise<Ran> =>
  project.run("prune", project.path("model", "model.json"), "--images", project.path("images"), ...flags);

const summaryOf = async (...flags: readonly string[]): Promise<PruneSummary> => {
  const { stdout, stderr } = await prune(...flags, "--dry-run", "--json");
  return stdout === "" ? expect.unreachable(stderr) : JSON.parse(stdout);
};

async function parametersIn(folder: string): Promise<number> {
  const model = await loadModel(folder);
  const count = model.countParams();
  model.dispose();
  return count;
}

describe("secateur prune", () => {
  it("writes a smaller network, its plan and a report, and says what it assumed", async () => {
    const out = project.path("smaller");
    const { code, stdout, stderr } = await prune("--macs", "0.4", "--out", out);
    expect(stderr).toContain("Preprocessing: ");
    for (const stage of ["Scoring", "Choosing units", "Repairing"])
      expect(stderr).toContain(`${stage}: done`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Multiply-adds .*−[456]\d\.\d %/);
    expect(stdout).toContain("on 3 images that were held back");
    expect(fs.readdirSync(out).sort()).toEqual([
      "group1-shard1of1.bin",
      "model.json",
      "plan.json",
      "report.html",
    ]);
    expect(await parametersIn(out)).toBeLessThan(await parametersIn(project.path("model")));
    const report = fs.readFileSync(`${out}/report.html`, "utf8");
    for (const text of ["Before and after", "Never pruned", "conv1", "Time per image", "npx secateur prune"])
      expect(report).toContain(text);
    expect(report).not.toMatch(/<(script|link|img)|https?:/);
  });

  it("gives the same weights for the same seed", async () => {
    const outs = [project.path("first"), project.path("second")];
    for (const out of outs) await prune("--units", "0.3", "--seed", "5", "--out", out);
    const [a, b] = outs.map((out) => fs.readFileSync(`${out}/group1-shard1of1.bin`));
    expect(a).toEqual(b);
  });

  it("prints JSON, writes nothing in a dry run, and meets a budget in bytes", async () => {
    const summary = await summaryOf("--size", "0.3", "--no-compensate");
    expect(summary.parameters.after).toBeLessThanOrEqual(0.7 * summary.parameters.before);
    expect(summary.repair).toBeNull();
    expect(summary.proof).toBeLessThan(1e-4);
    expect(summary.widths.map(({ layer }) => layer)).toEqual(["conv1", "conv2"]);
    expect(summary.time.before.spreadMs[0]).toBeLessThanOrEqual(summary.time.before.medianMs);
  });

  it.each(["linear", "sigmoid"] as const)(
    "takes a criterion that fits a head with %s outputs",
    async (activation) => {
      const model = tfl.sequential({
        layers: [
          tfl.layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [12, 12, 3] }),
          tfl.layers.globalAveragePooling2d({}),
          tfl.layers.dense({ units: 2, activation }),
        ],
      });
      await saveModel(model, project.path(activation));
      model.dispose();
      const flags = ["--images", project.path("images"), "--units", "0.3", "--dry-run", "--json"];
      const { stdout, stderr } = await project.run("prune", project.path(activation), ...flags);
      const summary: PruneSummary = stdout === "" ? expect.unreachable(stderr) : JSON.parse(stdout);
      expect(summary.criterion).toBe("obd-fisher");
      expect((await summaryOf("--units", "0.3")).criterion).toBe("obd");
    },
  );

  it("keeps excluded layers and multiples", async () => {
    const { widths } = await summaryOf("--macs", "0.3", "--exclude", "conv2", "--round-to", "4");
    expect(widths[1]).toEqual({ layer: "conv2", before: 16, after: 16 });
    expect(Number(widths[0]?.after) % 4).toBe(0);
    expect(widths[0]?.after).toBeLessThan(12);
  });

  it("reads labels from folders, trains, and reports the accuracy", async () => {
    const summary = await summaryOf("--macs", "0.2", "--labels", "folders", "--finetune", "2");
    expect(summary.finetunedEpochs).toBe(2);
    expect(summary.outputs[0]?.accuracy).toHaveLength(2);
  });

  it("reads labels from a CSV file, and distils without labels", async () => {
    const table = project.path("labels.csv");
    const lines = ["a", "b", "c"].flatMap((name, label) =>
      [0, 1, 2, 3, 4].map((i) => `${name}/${i}.png,${label}`),
    );
    fs.writeFileSync(table, `file,label\n${lines.join("\n")}\n`);
    const labelled = await summaryOf("--macs", "0.2", "--labels", table);
    expect(labelled.outputs[0]?.accuracy).toHaveLength(2);
    const distilled = await summaryOf("--macs", "0.2", "--finetune", "1");
    expect(distilled.outputs[0]?.accuracy).toBeNull();
  });

  it("replaces an earlier result with --force, and nothing else", async () => {
    const out = project.path("forced");
    const flags = ["--criterion", "l2", "--no-compensate", "--out", out];
    await prune("--macs", "0.2", ...flags);
    const again = await prune("--macs", "0.2", ...flags);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("is not empty") });
    expect((await prune("--macs", "0.4", ...flags, "--force")).code).toBe(0);
    fs.writeFileSync(`${out}/notes.txt`, "mine");
    const refused = await prune("--macs", "0.2", ...flags, "--force");
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('"notes.txt"') });
    expect(fs.readFileSync(`${out}/notes.txt`, "utf8")).toBe("mine");
  });
});

describe("plugin files", () => {
  it("scores by a criterion of the user, a module with imports of its own", async () => {
    fs.writeFileSync(
      project.path("mine.mjs"),
      'import { basename } from "node:path";\nexport default ({ tf }) => ({ name: basename("/mine"), observes: [], score: (group) => tf.range(0, group.unitCount) });\n',
    );
    const { units } = await summaryOf("--units", "0.5", "--criterion", project.path("mine.mjs"));
    expect(units).toEqual({ before: 28, after: 14 });
  });

  it("takes rules for layers", async () => {
    fs.writeFileSync(
      project.path("rules.mjs"),
      'export const rules = { ReLU: ({ inputs: [input], pin }) => { pin(input.ids, "a rule of the user"); return input; } };\n',
    );
    const { stdout } = await project.run(
      "graph",
      project.path("model"),
      "--rules",
      project.path("rules.mjs"),
    );
    expect(stdout).toContain("a rule of the user");
  });

  it.each([
    ["--criterion", "criterion"],
    ["--rules", "rules"],
  ])("%s refuses a file that exports nothing of use", async (flag, name) => {
    fs.writeFileSync(project.path("empty.mjs"), "export const other = 1;\n");
    const { code, stderr } = await prune("--macs", "0.2", flag, project.path("empty.mjs"), "--dry-run");
    expect(code).toBe(2);
    expect(stderr).toContain(`it must export "${name}" or a default.`);
  });
});

describe("failures", () => {
  it.each([
    [["--macs", "0.3", "--macs", "0.4"], 2, "--macs is given 2 times"],
    [["--macs", "0.3", "--size", "0.4"], 2, "--macs and --size are two budgets: give one."],
    [[], 2, "A budget is missing"],
    [["--macs", "30"], 2, "--macs must be below 1, the share to remove, not 30. Did you mean 0.3?"],
    [["--macs", "0.3"], 2, "--out is missing"],
    [["--macs", "0.3", "--dry-run", "--criterion", "tailor"], 2, "--criterion must be one of"],
    [["--macs", "0.3", "--dry-run", "--preprocess", "unit", "--mean", "0.5"], 2, "contradict each other"],
    [["--macs", "0.3", "--dry-run", "--scale", "0"], 2, "--scale must be above 0, not 0."],
    [["--macs", "0.3", "--dry-run", "--labels", "/no/such.csv"], 1, "there is no file /no/such.csv"],
    [
      ["--macs", "0.3", "--dry-run", "--exclude", "nothing"],
      1,
      '--exclude: no layer of "tiny" matches "nothing"',
    ],
    [
      ["--macs", "0.99", "--dry-run"],
      1,
      "--macs 0.99 cannot be met: at most 97.7 % of the multiply-adds can",
    ],
    [["--size", "0.98", "--dry-run", "--round-to", "4"], 1, "or change --round-to."],
    [["--units", "0.7", "--dry-run", "--exclude", "conv2"], 1, "kept by --exclude or --include"],
    [["--macs", "0.3", "--dry-run", "--mean", "1,2"], 1, "give 1 or 3"],
  ])("%j: exit code %i, one sentence", async (flags, expected, message) => {
    const { code, stderr } = await prune(...flags);
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
    expect(stderr).not.toContain("\n");
  });

  it("checks the criterion before it reads the model and the images", async () => {
    const flags = ["--images", project.path("model"), "--macs", "0.3", "--dry-run", "--criterion", "tailor"];
    const { stderr } = await project.run("prune", project.path("none.json"), ...flags);
    expect(stderr).toContain("--criterion must be one of");
  });

  it("names files that are missing or wrong, and leaves nothing", async () => {
    const out = project.path("failed");
    const bad = project.path("bad");
    fs.mkdirSync(bad);
    fs.writeFileSync(`${bad}/model.json`, "not JSON");
    fs.writeFileSync(`${bad}/a.png`, "not an image");
    fs.writeFileSync(`${bad}/b.png`, "not an image");
    const model = project.path("model");
    const images = project.path("images");
    for (const [words, message] of [
      [[project.path("none.json"), "--images", images], "none.json"],
      [[bad, "--images", images], "model.json"],
      [[model, "--images", project.path("none")], "there is no folder"],
      [[model, "--images", bad], "0 readable images"],
      [[model, "--images", model], "contains no images"],
    ] as const) {
      const { code, stderr } = await project.run("prune", ...words, "--macs", "0.3", "--out", out);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain("\n");
      expect(code).toBe(1);
    }
    expect(fs.existsSync(out)).toBe(false);
    expect(fs.readdirSync(project.folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("doubts a preprocessing with which the network is not sure", async () => {
    const { stderr } = await prune(
      "--macs",
      "0.2",
      "--dry-run",
      "--criterion",
      "l2",
      "--no-compensate",
      "--scale",
      "0.000001",
    );
    expect(stderr).toContain("Warning: The network is");
  });
});
