// Shapes reach the compiler through the packages' declarations.
import { grad, type Tensor, tensor, zeros } from "@nabla/autograd";
import { dense, relu, sequential } from "@nabla/nn";

const product: Tensor<[100, 16]> = zeros([100, 784]).matmul(zeros([784, 16]));
// @ts-expect-error matmul: [100, 784] x [128, 10]: inner dimensions 784 and 128 differ
const wrong = () => zeros([100, 784]).matmul(zeros([128, 10]));

const network = sequential(dense(4, 3), relu, dense(3, 2));
const outputs: Tensor<[5, 2]> = network.forward(zeros([5, 4]));

const slope = grad((x: Tensor) => x.square().sum())(tensor([1, -2]));
const seen = JSON.stringify([product.shape, outputs.shape, slope.arraySync(), typeof wrong]);
if (seen !== '[[100,16],[5,2],[2,-4],"function"]') throw new Error(seen);
