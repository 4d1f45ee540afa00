/**
 * Where the paper puts gates on ImageNet networks (Molchanov et al. 2019, arXiv 1906.10771, section 4.2), counted from a
 * dependency graph. A gate follows a batch normalisation, and the blocks of a ResNet stage share one more behind their
 * additions. Units that removal ties together may so have several gates, and units without a gate have none.
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { ModelName } from "@secateur/models";

interface GatePlacement {
  /** Batch normalisations followed by a gate of their own. */
  readonly own: RegExp;
  /** The last batch normalisation of a residual branch: the stage's units share a gate. */
  readonly shared: RegExp | null;
}

/** Not behind the first convolution, and not on the shortcuts. */
const basicBlocks: GatePlacement = { own: /^layer\d\.\d+\.bn[12]$/, shared: /^layer\d\.\d+\.bn2$/ };
const bottlenecks: GatePlacement = { own: /^layer\d\.\d+\.bn[12]$/, shared: /^layer\d\.\d+\.bn3$/ };
const everyNormalization: GatePlacement = { own: /./, shared: null };
const denseLayers: GatePlacement = { own: /\.norm2$/, shared: null };

const placements: Readonly<Partial<Record<ModelName, GatePlacement>>> = {
  "vgg11-bn-imagenet": everyNormalization,
  "vgg11-bn-dense-bn": everyNormalization,
  "vgg16-bn": everyNormalization,
  resnet18: basicBlocks,
  resnet34: basicBlocks,
  resnet50: bottlenecks,
  resnet101: bottlenecks,
  resnet152: bottlenecks,
  densenet121: denseLayers,
  densenet201: denseLayers,
};

/** The paper's own numbers of gates. */
export const publishedGates: Readonly<Partial<Record<ModelName, number>>> = {
  "vgg11-bn-dense-bn": 10_944,
  resnet34: 8_512,
  resnet50: 11_392,
  resnet101: 20_096,
  densenet201: 12_544,
};

/** The number of gates; null for a network that the paper has no placement for. */
export function paperGates(name: ModelName, { groups }: DependencyGraph): number | null {
  const placement = placements[name];
  if (placement === undefined) return null;
  const { own, shared } = placement;
  const perGroup = groups.map(({ unitCount, slices }) => {
    const normalizations = slices.filter(({ role }) => role === "gamma").map(({ layer }) => layer);
    const isShared = shared !== null && normalizations.some((layer) => shared.test(layer));
    return unitCount * (normalizations.filter((layer) => own.test(layer)).length + Number(isShared));
  });
  return perGroup.reduce((a, b) => a + b, 0);
}
