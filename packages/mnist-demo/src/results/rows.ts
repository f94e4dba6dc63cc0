// Published figures for small networks on MNIST, and the commands that are to reach them.

/** A published figure, and how it is to be reached here. */
export interface Row {
  /** What the command line calls it. */
  readonly name: string;
  readonly network: string;
  /** The share of test digits that must be right. */
  readonly wanted: number;
  /** The published share. */
  readonly published: string;
  readonly source: string;
  /** What `pnpm train` is given. */
  readonly args: string;
}

const nielsen = "M. Nielsen, Neural Networks and Deep Learning, 2015";

export const rows: readonly Row[] = [
  {
    name: "nielsen-30",
    network: "784-30-10, sigmoid, quadratic cost",
    wanted: 0.95,
    published: "95.42 %",
    source: `${nielsen}, chapter 1`,
    args: "--hidden 30 --batch-size 10 --epochs 30 --learning-rate 3",
  },
  {
    name: "nielsen-100",
    network: "784-100-10, sigmoid, quadratic cost",
    wanted: 0.963,
    published: "96.59 %",
    source: `${nielsen}, chapter 1`,
    args: "--hidden 100 --batch-size 10 --epochs 30 --learning-rate 3",
  },
  {
    name: "nielsen-l2",
    network: "784-100-10, sigmoid, cross-entropy with L2",
    wanted: 0.978,
    published: "98.04 %",
    source: `${nielsen}, chapter 3`,
    args:
      "--hidden 100 --cost cross-entropy --learning-rate 0.5 --schedule cosine " +
      "--weight-decay 0.0001 --batch-size 10 --epochs 30",
  },
  {
    name: "simard-800",
    network: "784-800-10, relu, cross-entropy",
    wanted: 0.983,
    published: "98.4 %",
    source:
      "P. Simard, D. Steinkraus and J. Platt, Best Practices for Convolutional Neural Networks, 2003",
    args:
      "--hidden 800 --activation relu --cost cross-entropy --optimizer adamW " +
      "--learning-rate 0.001 --schedule one-cycle --weight-decay 0.1 --epochs 15",
  },
  {
    name: "sixteen",
    network: "784-16-16-10, relu, cross-entropy",
    wanted: 0.96,
    published: "96 %",
    source: "3Blue1Brown, But what is a neural network?, 2017",
    args:
      "--activation relu --cost cross-entropy --optimizer adamW --learning-rate 0.02 " +
      "--schedule one-cycle --weight-decay 0.05 --batch-size 200 --epochs 40",
  },
  {
    name: "lenet",
    network: "convolutions in the sizes of LeNet-5, relu, cross-entropy",
    wanted: 0.991,
    published: "99.05 %",
    source:
      "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-Based Learning Applied to " +
      "Document Recognition, 1998",
    args:
      "--model cnn --optimizer adamW --learning-rate 0.003 --schedule one-cycle " +
      "--weight-decay 0.05 --epochs 12",
  },
];
