// The compiler knows shapes: lines 8 and 12 are wrong.
import { zeros } from "@nabla/autograd";
import { dense, sequential, sigmoid } from "@nabla/nn";

const images = zeros([100, 784]);
const weights = zeros([128, 10]); // should be [784, 10]

const outputs = images.matmul(weights);
console.log(outputs.shape);

// Each layer has to take what the one before it gives.
const network = sequential(dense(784, 16), sigmoid, dense(10, 10));
console.log(network.forward(images).shape);
