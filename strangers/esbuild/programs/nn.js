export * from "@nabla/nn";
