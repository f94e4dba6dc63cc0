export * from "@nabla/autograd";
