/** Where the networks' trained weights come from: torchvision's first ones for ImageNet, IMAGENET1K_V1, which the paper pruned. */
const files: Readonly<Record<string, string>> = {
  resnet34: "resnet34-b627a593.pth",
  resnet50: "resnet50-0676ba61.pth",
  resnet101: "resnet101-63fe2227.pth",
  "mobilenet-v2": "mobilenet_v2-b0353104.pth",
  densenet121: "densenet121-a639ec97.pth",
  densenet201: "densenet201-c1103571.pth",
};

/** @param model a name of the table, of a network for ImageNet. */
export function torchvisionWeights(model: string): string {
  return `https://download.pytorch.org/models/${files[model] ?? ""}`;
}
