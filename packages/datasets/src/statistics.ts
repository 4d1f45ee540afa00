/** Mean and standard deviation of each channel, on a scale from 0 to 1. Use the ones that the network was trained with. */

export interface Normalization {
  /** [channels] */
  readonly mean: readonly number[];
  /** [channels] */
  readonly std: readonly number[];
  /** Of the network's input, its means and deviations. Default "RGB", as the images are. */
  readonly order?: "RGB" | "BGR";
}

/** Statistics of CIFAR-10's training images. */
export const cifar10Statistics: Normalization = {
  mean: [0.4914, 0.482158, 0.446531],
  std: [0.247032, 0.243485, 0.261588],
};

/** Statistics of ImageNet's training images. Many networks for other data use them as well. */
export const imagenetStatistics: Normalization = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
